import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CacheEntry } from './cache-entry.js';
import type { CacheTier } from './cache-tier.js';

export interface TierTimes {
  ttlMs: number;
  guardMs: number;
}

/** Two tiers that answer, with nothing held under the suite's keys, and how to end them. */
export interface TierUnderTest {
  tier: CacheTier;
  /** Of another cache, over the same connection where there is one. */
  neighbour: CacheTier;
  close: () => Promise<void>;
}

const LONG: TierTimes = { ttlMs: 3_600_000, guardMs: 60_000 };
const SHORT_MS = 60;

export const entryOf = (version: number, text = `value ${version}`): CacheEntry => ({
  version,
  etag: `"${version}"`,
  body: Buffer.from(text),
});

/** What every tier must do, as {@link CacheTier} says it. Run it for each implementation. */
export function cacheTierConformance(
  name: string,
  makeTier: (times: TierTimes) => Promise<TierUnderTest>,
): void {
  describe(`${name} as a cache tier`, () => {
    const opened: TierUnderTest[] = [];
    const openBoth = async (times: Partial<TierTimes> = {}): Promise<TierUnderTest> => {
      const made = await makeTier({ ...LONG, ...times });
      opened.push(made);
      return made;
    };
    const open = async (times: Partial<TierTimes> = {}): Promise<CacheTier> => (await openBoth(times)).tier;
    const key = (): string => `key-${randomUUID()}`;
    afterEach(async () => {
      for (const made of opened.splice(0)) await made.close();
    });

    it('holds nothing under a key that was never put', async () => {
      const tier = await open();
      expect(await tier.get(key())).toBeUndefined();
    });

    it('gives back what was put: version, ETag and body byte for byte', async () => {
      const tier = await open();
      const k = key();
      const body = Buffer.from([0, 255, 128, 10, 13, 0, 195, 40]);
      await tier.put(k, { version: Number.MAX_SAFE_INTEGER, etag: 'W/"é"', body });
      expect(await tier.get(k)).toEqual({ version: Number.MAX_SAFE_INTEGER, etag: 'W/"é"', body });
    });

    it('holds an empty body and version 0', async () => {
      const tier = await open();
      const k = key();
      await tier.put(k, { version: 0, etag: '', body: Buffer.alloc(0) });
      expect(await tier.get(k)).toEqual({ version: 0, etag: '', body: Buffer.alloc(0) });
    });

    it('keeps keys apart, whatever characters they hold', async () => {
      const tier = await open();
      const base = key();
      const keys = [base, `${base}:`, `${base}*`, `${base} ключ`, `${base}\u0000`];
      for (const [version, k] of keys.entries()) await tier.put(k, entryOf(version));
      for (const [version, k] of keys.entries()) expect(await tier.get(k)).toEqual(entryOf(version));
    });

    it('replaces an entry by a newer one', async () => {
      const tier = await open();
      const k = key();
      await tier.put(k, entryOf(1));
      await tier.put(k, entryOf(2));
      expect(await tier.get(k)).toEqual(entryOf(2));
    });

    it('ignores an entry with an older or the same version as the one held', async () => {
      const tier = await open();
      const k = key();
      await tier.put(k, entryOf(10));
      await tier.put(k, entryOf(9));
      await tier.put(k, entryOf(10, 'another value'));
      expect(await tier.get(k)).toEqual(entryOf(10));
    });

    it('holds the newest of many puts that come at once, in whatever order', async () => {
      const tier = await open();
      const k = key();
      await Promise.all([3, 1, 7, 2, 9, 4, 8].map((version) => tier.put(k, entryOf(version))));
      expect(await tier.get(k)).toEqual(entryOf(9));
    });

    it('drops what is older than the version of an invalidation', async () => {
      const tier = await open();
      const k = key();
      await tier.put(k, entryOf(1));
      await tier.invalidate(k, 2);
      expect(await tier.get(k)).toBeUndefined();
    });

    it('keeps what is not older than the version of an invalidation', async () => {
      const tier = await open();
      const k = key();
      await tier.put(k, entryOf(3));
      await tier.invalidate(k, 2);
      await tier.invalidate(k, 3);
      expect(await tier.get(k)).toEqual(entryOf(3));
    });

    it('does not let an older entry be put after an invalidation, be it loaded or committed', async () => {
      const tier = await open();
      const k = key();
      await tier.invalidate(k, 5);
      await tier.put(k, entryOf(4), true);
      await tier.put(k, entryOf(4));
      expect(await tier.get(k)).toBeUndefined();
    });

    it('lets the version that an invalidation named be put, and newer ones', async () => {
      const tier = await open();
      const [a, b] = [key(), key()];
      await tier.invalidate(a, 5);
      await tier.put(a, entryOf(5), true);
      await tier.invalidate(b, 5);
      await tier.put(b, entryOf(6));
      expect(await tier.get(a)).toEqual(entryOf(5));
      expect(await tier.get(b)).toEqual(entryOf(6));
    });

    it('remembers the highest of several invalidations', async () => {
      const tier = await open();
      const k = key();
      await tier.invalidate(k, 7);
      await tier.invalidate(k, 3);
      await tier.put(k, entryOf(6));
      expect(await tier.get(k)).toBeUndefined();
    });

    it('drops everything on an invalidation without a version', async () => {
      const tier = await open();
      const k = key();
      await tier.put(k, entryOf(1_000));
      await tier.invalidate(k);
      expect(await tier.get(k)).toBeUndefined();
    });

    it('does not let a load bring back, in any version, what was removed', async () => {
      const tier = await open();
      const k = key();
      await tier.put(k, entryOf(5));
      await tier.invalidate(k);
      await tier.put(k, entryOf(5), true);
      await tier.put(k, entryOf(6), true);
      expect(await tier.get(k)).toBeUndefined();
    });

    it('holds what is committed after a removal, even when its versions begin anew', async () => {
      const tier = await open();
      const k = key();
      await tier.put(k, entryOf(5));
      await tier.invalidate(k);
      await tier.put(k, entryOf(1));
      expect(await tier.get(k)).toEqual(entryOf(1));
    });

    it('forgets an invalidation after its guard time', async () => {
      const tier = await open({ guardMs: SHORT_MS });
      const [a, b] = [key(), key()];
      await tier.invalidate(a, 5);
      await tier.invalidate(b);
      await vi.waitFor(
        async () => {
          await tier.put(a, entryOf(4), true);
          await tier.put(b, entryOf(4), true);
          expect(await tier.get(a)).toEqual(entryOf(4));
          expect(await tier.get(b)).toEqual(entryOf(4));
        },
        { timeout: 20_000 },
      );
    });

    it('holds nothing of what another cache holds under the same key', async () => {
      const { tier, neighbour } = await openBoth();
      const k = key();
      await tier.put(k, entryOf(1));
      expect(await neighbour.get(k)).toBeUndefined();
      await neighbour.put(k, entryOf(2));
      expect(await tier.get(k)).toEqual(entryOf(1));
      expect(await neighbour.get(k)).toEqual(entryOf(2));
    });

    it('drops nothing, and refuses nothing, because of an invalidation in another cache', async () => {
      const { tier, neighbour } = await openBoth();
      const [held, late] = [key(), key()];
      await tier.put(held, entryOf(1));
      for (const k of [held, late]) {
        await neighbour.invalidate(k, 5);
        await neighbour.invalidate(k);
      }
      expect(await tier.get(held)).toEqual(entryOf(1));
      await tier.put(late, entryOf(1), true);
      expect(await tier.get(late)).toEqual(entryOf(1));
    });

    it('answers each cache for itself when both ask at once', async () => {
      const { tier, neighbour } = await openBoth();
      const keys = Array.from({ length: 200 }, key);
      await Promise.all(
        keys.flatMap((k) => [tier.put(k, entryOf(1)), neighbour.put(k, entryOf(2, `${k} of the other`))]),
      );
      const found = await Promise.all(keys.flatMap((k) => [tier.get(k), neighbour.get(k)]));
      expect(found).toEqual(keys.flatMap((k) => [entryOf(1), entryOf(2, `${k} of the other`)]));
    });

    it('forgets an entry after its TTL', async () => {
      const tier = await open({ ttlMs: SHORT_MS });
      const k = key();
      await tier.put(k, entryOf(1));
      await vi.waitFor(async () => expect(await tier.get(k)).toBeUndefined(), { timeout: 20_000 });
    });

    it('holds an entry, and a newer one in its place, with a TTL of 0', async () => {
      const tier = await open({ ttlMs: 0 });
      const k = key();
      await tier.put(k, entryOf(1));
      expect(await tier.get(k)).toEqual(entryOf(1));
      await tier.put(k, entryOf(2));
      expect(await tier.get(k)).toEqual(entryOf(2));
    });
  });
}
