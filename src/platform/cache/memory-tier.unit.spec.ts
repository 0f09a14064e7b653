import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheTierConformance, entryOf } from './cache-tier.conformance.js';
import { ENTRY_OVERHEAD_BYTES, MemoryTier } from './memory-tier.js';

const MIB = 1024 * 1024;
const tierOf = (options: Partial<ConstructorParameters<typeof MemoryTier>[0]> = {}): MemoryTier =>
  new MemoryTier({ maxBytes: MIB, ttlMs: 3_600_000, ...options });

cacheTierConformance('memory', (times) => {
  const make = (): MemoryTier => new MemoryTier({ maxBytes: MIB, ...times });
  return Promise.resolve({ tier: make(), neighbour: make(), close: () => Promise.resolve() });
});

describe('memory tier', () => {
  describe('absent keys', () => {
    it('tells a key known to be absent from one not held', () => {
      const tier = tierOf();
      tier.rememberAbsent('a');
      expect(tier.peek('a')).toBeNull();
      expect(tier.peek('b')).toBeUndefined();
    });

    it('forgets an absence at once when the key is put or heard of', () => {
      const tier = tierOf();
      for (const k of ['put', 'changed', 'removed']) tier.rememberAbsent(k);
      tier.put('put', entryOf(1));
      tier.invalidate('changed', 1);
      tier.invalidate('removed');
      expect(tier.peek('put')).toEqual(entryOf(1));
      expect(tier.peek('changed')).toBeUndefined();
      expect(tier.peek('removed')).toBeUndefined();
    });

    it('does not take a key for absent whose entry had to make room', () => {
      const tier = tierOf({ maxBytes: 2 * (ENTRY_OVERHEAD_BYTES + 20) });
      tier.rememberAbsent('a');
      for (const k of ['a', 'b', 'c']) tier.put(k, entryOf(1));
      expect(tier.peek('a')).toBeUndefined();
    });

    it('does not believe an absence against an entry or an invalidation', () => {
      const tier = tierOf();
      tier.put('held', entryOf(1));
      tier.invalidate('news', 1);
      tier.rememberAbsent('held');
      tier.rememberAbsent('news');
      expect(tier.peek('held')).toEqual(entryOf(1));
      expect(tier.peek('news')).toBeUndefined();
    });

    it('forgets an absence after its time', async () => {
      const tier = tierOf({ absentTtlMs: 20 });
      tier.rememberAbsent('a');
      await vi.waitFor(() => expect(tier.peek('a')).toBeUndefined(), { timeout: 20_000 });
    });

    it('remembers a bounded number of them, and none at the cost of an entry', () => {
      const tier = tierOf({ maxAbsent: 100 });
      tier.put('held', entryOf(1));
      for (let i = 0; i < 10_000; i++) tier.rememberAbsent(`invented-${i}`);
      const remembered = Array.from({ length: 10_000 }, (_, i) => tier.peek(`invented-${i}`)).filter(
        (p) => p === null,
      );
      expect(remembered).toHaveLength(100);
      expect(tier.peek('held')).toEqual(entryOf(1));
    });
  });

  describe('bounded by bytes', () => {
    const body = (bytes: number) => ({ version: 1, etag: '"1"', body: Buffer.allocUnsafeSlow(bytes) });

    it('drops the least recently used entries to stay under the bound', () => {
      const tier = tierOf({ maxBytes: 100_000 });
      tier.put('used', body(1_000));
      for (let i = 0; i < 1_000; i++) {
        tier.put(`k${i}`, body(1_000));
        tier.peek('used');
        expect(tier.stats().bytes).toBeLessThanOrEqual(100_000);
      }
      expect(tier.stats().entries).toBe(Math.floor(100_000 / (1_000 + ENTRY_OVERHEAD_BYTES + 7)));
      expect(tier.peek('used')).toBeDefined();
      expect(tier.peek('k0')).toBeUndefined();
      expect(tier.peek('k999')).toBeDefined();
    });

    it('counts small entries at what they cost, not at their body alone', () => {
      const tier = tierOf({ maxBytes: 100_000 });
      for (let i = 0; i < 10_000; i++) tier.put(`k${i}`, body(0));
      expect(tier.stats().entries).toBeLessThan(100_000 / ENTRY_OVERHEAD_BYTES);
    });

    it('does not hold a body bigger than itself, nor the older value, nor drops the rest for it', () => {
      const tier = tierOf({ maxBytes: 10_000 });
      tier.put('other', entryOf(1));
      tier.put('k', entryOf(1));
      tier.put('k', { version: 3, etag: '"3"', body: Buffer.alloc(20_000) });
      expect(tier.peek('k')).toBeUndefined();
      expect(tier.peek('other')).toEqual(entryOf(1));
      tier.put('k', entryOf(2));
      expect(tier.peek('k'), 'version 3 is known').toBeUndefined();
    });

    it('does not keep a big buffer alive for a small window on it', () => {
      const tier = tierOf();
      const chunk = Buffer.alloc(MIB, 'x');
      tier.put('k', { version: 1, etag: '"1"', body: chunk.subarray(10, 1_010) });
      const held = tier.peek('k');
      expect(held?.body).toEqual(chunk.subarray(10, 1_010));
      expect(held?.body.buffer.byteLength).toBe(1_000);
    });

    it('remembers a bounded number of invalidations', () => {
      const tier = tierOf({ maxGuards: 10 });
      for (let i = 0; i < 1_000; i++) tier.invalidate(`k${i}`, 5);
      expect(
        Array.from({ length: 1_000 }, (_, i) => tier.floorOf(`k${i}`)).filter((floor) => floor === 5),
      ).toHaveLength(10);
    });
  });

  describe('after a year', () => {
    const YEAR_MS = 365 * 86_400_000;
    /** Of the clock that lru-cache reads, and of the timer that has it read anew. */
    const aYearPasses = (): void => {
      const now = performance.now() + YEAR_MS;
      vi.spyOn(performance, 'now').mockReturnValue(now);
      vi.advanceTimersByTime(YEAR_MS);
    };
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });

    it.each([
      ['holds an entry with a TTL of 0', 0, entryOf(1)],
      ['holds none with a TTL of a year less a second', YEAR_MS - 1_000, undefined],
    ])('%s', (_, ttlMs, held) => {
      const tier = tierOf({ ttlMs });
      tier.put('k', entryOf(1));
      aYearPasses();
      expect(tier.get('k')).toEqual(held);
      expect(tier.peek('k')).toEqual(held);
    });

    it('knows nothing of an invalidation and of an absence, also with a TTL of 0', () => {
      const tier = tierOf({ ttlMs: 0 });
      tier.invalidate('changed', 5);
      tier.rememberAbsent('absent');
      aYearPasses();
      expect(tier.floorOf('changed')).toBeUndefined();
      expect(tier.peek('absent')).toBeUndefined();
    });
  });

  it('makes no entry more recent by looking at its version', () => {
    const tier = tierOf({ maxBytes: 3 * (ENTRY_OVERHEAD_BYTES + 20) });
    for (const k of ['a', 'b', 'c']) tier.put(k, entryOf(1));
    tier.heldVersion('a');
    tier.put('d', entryOf(1));
    expect(tier.heldVersion('a')).toBeUndefined();
    expect(tier.heldVersion('b')).toBe(1);
  });
});
