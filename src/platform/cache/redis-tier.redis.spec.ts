import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cacheTierConformance, entryOf } from './cache-tier.conformance.js';
import { MemoryTier } from './memory-tier.js';
import { useTier } from '../../../test/support/tiers.js';
import { plainClient } from '../../../test/support/redis-server.js';
import { constantKeyOf } from './redis-scripts.js';
import { OpenedTiers, type TierOptions } from './redis-tier.fixture.js';
import { encodeEntry } from './redis-value.js';
import { TieredCache } from './tiered-cache.js';

const redis = useTier('redis');
const WAIT = { timeout: 20_000 };
/** A pause of the machine must not turn a suite about values into one about budgets. */
const PATIENT_MS = 5_000;
/** Redis' PTTL of a key that does not expire. */
const NEVER = -1;

describe.skipIf(redis.skipped)('redis tier', () => {
  const tiers = new OpenedTiers(() => redis.url);
  const makeUp = (options: TierOptions = {}) => tiers.makeUp({ budgetMs: PATIENT_MS, ...options });

  afterEach(() => tiers.closeAll());

  cacheTierConformance('redis', async (times) => {
    const tier = await makeUp(times);
    const connection = tiers.connectionOf(tier);
    const neighbour = await makeUp({ ...times, connection });
    return { tier, neighbour, close: () => Promise.resolve() };
  });

  describe('shared by replicas', () => {
    it('holds for one what another put, and decides between them by version', async () => {
      const keyPrefix = `${randomUUID()}:`;
      const [a, b] = [await makeUp({ keyPrefix }), await makeUp({ keyPrefix })];
      await a.put('k', entryOf(2));
      await b.put('k', entryOf(1));
      expect(await b.get('k')).toEqual(entryOf(2));
      await b.invalidate('k', 3);
      await a.put('k', entryOf(2), true);
      expect(await a.get('k')).toBeUndefined();
    });

    it('does not let a replica bring back, by a load that began before, what another removed or replaced', async () => {
      const keyPrefix = `${randomUUID()}:`;
      const [a, b] = [await makeUp({ keyPrefix }), await makeUp({ keyPrefix })];
      let answer: (version: number) => void = () => undefined;
      const loading = new TieredCache({
        memory: new MemoryTier({ maxBytes: 1_000_000, ttlMs: 60_000 }),
        second: a,
        load: () => new Promise((resolve) => (answer = (version) => resolve(entryOf(version)))),
        loadTimeoutMs: 10_000,
      });
      for (const [key, happening] of [
        ['replaced', () => b.put('replaced', entryOf(2))],
        ['invalidated', () => b.invalidate('invalidated', 2)],
        ['removed', () => b.invalidate('removed')],
      ] as const) {
        answer = () => undefined;
        const idle = answer;
        const read = loading.read(key);
        await vi.waitFor(() => expect(answer).not.toBe(idle), WAIT);
        await happening();
        answer(1);
        await read;
        await vi.waitFor(() => expect(a.stats().unsaved).toBe(0), WAIT);
        expect(await b.get(key)).toEqual(key === 'replaced' ? entryOf(2) : undefined);
      }
    });

    it('keeps different prefixes apart', async () => {
      const [a, b] = [await makeUp(), await makeUp()];
      await a.put('k', entryOf(1));
      expect(await b.get('k')).toBeUndefined();
    });
  });

  describe('values it does not believe', () => {
    const good = encodeEntry('k', entryOf(1));
    const changed = (at: number, byte: number): Buffer => {
      const bytes = Buffer.from(good);
      bytes[at] = byte;
      return bytes;
    };

    it.each([
      ['text of another program', Buffer.from('{"order_uid":"k"}')],
      ['nothing at all', Buffer.alloc(0)],
      ['another format', changed(2, 2)],
      ['an unknown kind', changed(3, 9)],
      ['a version that is no whole number', changed(11, 1)],
      ['a value cut off', good.subarray(0, good.byteLength - 1)],
      ['a header cut off', good.subarray(0, 15)],
      ['a value with more behind it', Buffer.concat([good, Buffer.from('x')])],
      ['a guard with more behind it', Buffer.concat([changed(3, 1)])],
      ['a value that belongs to another key', encodeEntry('K', entryOf(1))],
    ])('takes %s for a miss, deletes it and counts it', async (_, bytes) => {
      const keyPrefix = `${randomUUID()}:`;
      const tier = await makeUp({ keyPrefix });
      const client = plainClient(redis.url);
      await client.connect();
      await client.set(`${keyPrefix}k`, bytes);
      expect(await tier.get('k')).toBeUndefined();
      expect(tier.stats()).toMatchObject({ broken: 1, failures: 0 });
      await vi.waitFor(async () => expect(await client.exists(`${keyPrefix}k`)).toBe(0), WAIT);
      await tier.put('k', entryOf(1));
      expect(await tier.get('k')).toEqual(entryOf(1));
      client.destroy();
    });

    it('does the same with a value of another type, and overwrites one that it never read', async () => {
      const keyPrefix = `${randomUUID()}:`;
      const tier = await makeUp({ keyPrefix });
      const client = plainClient(redis.url);
      await client.connect();
      await client.rPush(`${keyPrefix}read`, 'x');
      await client.rPush(`${keyPrefix}written`, 'x');
      expect(await tier.get('read')).toBeUndefined();
      expect(tier.stats()).toMatchObject({ broken: 1, failures: 0 });
      await vi.waitFor(async () => expect(await client.exists(`${keyPrefix}read`)).toBe(0), WAIT);
      await tier.put('written', entryOf(1));
      expect(await tier.get('written')).toEqual(entryOf(1));
      client.destroy();
    });
  });

  it('holds nothing of what it does not accept: an older version of the program has put it there', async () => {
    const keyPrefix = `${randomUUID()}:`;
    const older = await makeUp({ keyPrefix });
    const tier = await makeUp({ keyPrefix, accepts: ({ version }) => version > 1 });
    await older.put('k', entryOf(1));
    expect(await older.get('k')).toEqual(entryOf(1));
    expect(await tier.get('k')).toBeUndefined();
    await older.put('k', entryOf(2));
    expect(await tier.get('k')).toEqual(entryOf(2));
  });

  it('lets everything in Redis expire by itself', async () => {
    const keyPrefix = `${randomUUID()}:`;
    const tier = await makeUp({ keyPrefix, ttlMs: 70_000, guardMs: 40_000 });
    await tier.put('entry', entryOf(1));
    await tier.invalidate('guard', 1);
    const client = plainClient(redis.url);
    await client.connect();
    for (const [key, ttlMs] of [
      ['entry', 70_000],
      ['guard', 40_000],
    ] as const) {
      const leftMs = await client.pTTL(keyPrefix + key);
      expect(leftMs).toBeLessThanOrEqual(ttlMs);
      expect(leftMs).toBeGreaterThan(ttlMs - 20_000);
    }
    client.destroy();
  });

  it('lets no entry expire with a TTL of 0, nor its constant, and every guard', async () => {
    const keyPrefix = `${randomUUID()}:`;
    const tier = await makeUp({ keyPrefix, ttlMs: 0, hasConstants: true });
    const entry = { ...entryOf(2), constant: 'the same in every version' };
    await tier.put('entry', entry);
    await tier.invalidate('again', 1);
    await tier.put('again', entry);
    await tier.invalidate('guard', 1);
    const client = plainClient(redis.url);
    await client.connect();
    for (const key of ['entry', 'again']) {
      expect(await tier.get(key)).toEqual(entry);
      expect(await client.pTTL(keyPrefix + key)).toBe(NEVER);
      expect(await client.pTTL(constantKeyOf(keyPrefix + key))).toBe(NEVER);
    }
    expect(await client.pTTL(`${keyPrefix}guard`)).toBeGreaterThan(0);
    await tier.invalidate('entry', 3);
    expect(await client.pTTL(`${keyPrefix}entry`)).toBeGreaterThan(0);
    expect(tier.stats()).toMatchObject({ broken: 0, failures: 0, unsaved: 0 });
    client.destroy();
  });

  it('takes a burst of thousands of puts without failing, and holds the newest of each key', async () => {
    const body = Buffer.alloc(1_500, 'x');
    const burst = async () => {
      // More than the usual, burst and budget alike: the burst still takes longer than the budget, and a Redis that has
      // to wait for a core on a busy machine does not.
      const tier = await makeUp({ budgetMs: 150 });
      const puts = Array.from({ length: 200_000 }, (_, i) =>
        tier.put(`k${i % 5_000}`, { version: i, etag: `"${i}"`, body }),
      );
      const read = await tier.get('k4999');
      await Promise.all(puts);
      return { tier, read };
    };
    let { tier, read } = await burst();
    // A Redis that stands still for once fails one of them; a burst that is too much fails each.
    for (let again = 0; again < 2 && tier.stats().failures > 0; again++) ({ tier, read } = await burst());
    expect(read?.version, 'reads see what still waits').toBe(199_999);
    expect(tier.stats()).toMatchObject({ unsaved: 0, failures: 0 });
    expect((await tier.get('k0'))?.version).toBe(195_000);
  });

  it('skips Redis when it is closed, and can be closed twice', async () => {
    const tier = await makeUp();
    await tier.put('k', entryOf(1));
    await tier.close();
    await tier.close();
    expect(tier.state()).toBe('down');
    expect(await tier.get('k')).toBeUndefined();
    await tier.put('k', entryOf(2));
    expect(tier.stats().unsaved).toBe(0);
  });

  it('writes what still waits before it closes', async () => {
    const keyPrefix = `${randomUUID()}:`;
    const [a, b] = [await makeUp({ keyPrefix }), await makeUp({ keyPrefix })];
    for (let i = 0; i < 500; i++) void a.put(`k${i}`, entryOf(i));
    await a.close();
    for (const i of [0, 499]) expect(await b.get(`k${i}`)).toEqual(entryOf(i));
  });
});
