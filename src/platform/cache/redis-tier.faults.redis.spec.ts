import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entryOf } from './cache-tier.conformance.js';
import { MemoryTier } from './memory-tier.js';
import { findCommand } from '../../../test/support/debian-packages.js';
import { quickestMs } from '../../../test/support/quickest.js';
import { useTier } from '../../../test/support/tiers.js';
import { plainClient, RedisServerFixture } from '../../../test/support/redis-server.js';
import { BUDGET_MS, down, OpenedTiers, up } from './redis-tier.fixture.js';
import type { RedisTier } from './redis-tier.js';
import { TieredCache } from './tiered-cache.js';

/** Generous on a machine that may stall, and still far from what a hanging Redis would cost, which is for ever. */
const SLACK_MS = 3_000;

// Redis is made to fail, so each test has a server of its own and leaves that of the run alone.
const redis = useTier('redis');
const command = await findCommand('redis-server');

describe.skipIf(redis.skipped ?? command === undefined)('redis tier, when Redis fails', () => {
  let own: RedisServerFixture;
  const tiers = new OpenedTiers(() => own.url);
  const { make, makeUp } = tiers;

  beforeEach(async () => {
    own = await RedisServerFixture.reserve(command ?? '');
  });
  afterEach(async () => {
    own.thaw();
    await tiers.closeAll();
    await own.kill();
  });

  const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const startedAt = performance.now();
    return [await work(), performance.now() - startedAt];
  };

  const missesAtOnce = async (tier: RedisTier): Promise<void> => {
    const tookMs = await quickestMs(BUDGET_MS, async () => expect(await tier.get('k')).toBeUndefined());
    expect(tookMs).toBeLessThan(BUDGET_MS);
  };

  it('starts without Redis, misses at once, and uses it when it comes', async () => {
    const tier = make();
    expect(tier.state()).toBe('down');
    await missesAtOnce(tier);
    await tier.put('k', entryOf(1));
    await own.start();
    await up(tier);
    await tier.put('k', entryOf(2));
    expect(await tier.get('k')).toEqual(entryOf(2));
  });

  it('misses while Redis is killed, and uses it again after its restart', async () => {
    await own.start();
    const states: string[] = [];
    const tier = await makeUp({ onState: (state) => states.push(state) });
    await tier.put('k', entryOf(1));
    await own.kill();
    await down(tier);
    await missesAtOnce(tier);
    await tier.put('k', entryOf(2));
    await own.start();
    await up(tier);
    expect(await tier.get('k'), 'restarted empty').toBeUndefined();
    await tier.put('k', entryOf(2));
    expect(await tier.get('k')).toEqual(entryOf(2));
    expect(states).toEqual(['up', 'down', 'up']);
  });

  it('cuts off a Redis that hangs, then skips it, then uses it again', async () => {
    await own.start();
    const tier = await makeUp({ failuresToOpen: 3, retryEveryMs: 300 });
    await tier.put('k', entryOf(1));
    own.freeze();
    for (let i = 0; i < 3; i++) {
      const [found, tookMs] = await timed(() => tier.get('k'));
      expect(found).toBeUndefined();
      expect(tookMs).toBeLessThan(BUDGET_MS + SLACK_MS);
    }
    expect(tier.state()).toBe('down');
    const [, tookMs] = await timed(() => Promise.all(Array.from({ length: 1_000 }, () => tier.get('k'))));
    expect(tookMs, 'a thousand reads, none of which waits').toBeLessThan(SLACK_MS);
    expect(tier.stats()).toMatchObject({ failures: 3, skipped: 1_000 });

    own.thaw();
    await up(tier);
    expect(await tier.get('k')).toEqual(entryOf(1));
  });

  it('costs one budget when many reads meet the hang at once', async () => {
    await own.start();
    const tier = await makeUp();
    own.freeze();
    const [found, tookMs] = await timed(() =>
      Promise.all(Array.from({ length: 200 }, (_, i) => tier.get(`k${i}`))),
    );
    expect(found.every((entry) => entry === undefined)).toBe(true);
    expect(tookMs).toBeLessThan(BUDGET_MS + SLACK_MS);
    expect(tier.state()).toBe('down');
  });

  it('gives up a connection that stays silent, and recovers on a new one', async () => {
    await own.start();
    const tier = await makeUp({ failuresToOpen: 1 });
    own.freeze();
    await tier.get('k');
    expect(tiers.connectionOf(tier).connections).toBe(1);
    await vi.waitFor(() => expect(tiers.connectionOf(tier).connections).toBeGreaterThan(2), {
      timeout: 10_000,
    });
    own.thaw();
    await up(tier);
    await tier.put('k', entryOf(1));
    expect(await tier.get('k')).toEqual(entryOf(1));
  });

  it('does not take its own busy process for a slow Redis', async () => {
    await own.start();
    const tier = await makeUp({ failuresToOpen: 1 });
    await tier.put('k', entryOf(1));
    const client = plainClient(own.url);
    await client.connect();
    const found = tier.get('k');
    await client.ping();
    const busyUntil = performance.now() + BUDGET_MS * 4;
    const late = tier.get('k');
    // Sent in this turn of the event loop, answered in the next, which comes only when the budget is long spent.
    setImmediate(() => {
      while (performance.now() < busyUntil);
    });
    expect(await found).toEqual(entryOf(1));
    expect(await late).toEqual(entryOf(1));
    expect(tier.stats().failures).toBe(0);
    client.destroy();
  });

  it('never believes Redis on what changed while it hung', async () => {
    await own.start();
    const keyPrefix = `${randomUUID()}:`;
    const tier = await makeUp({ keyPrefix, failuresToOpen: 1 });
    for (const key of ['put', 'changed', 'removed', 'same']) await tier.put(key, entryOf(1));
    own.freeze();
    await tier.get('put');
    expect(tier.state()).toBe('down');
    await tier.put('put', entryOf(2));
    await tier.invalidate('changed', 2);
    await tier.invalidate('removed');
    own.thaw();
    await up(tier);
    for (const key of ['put', 'changed', 'removed']) expect(await tier.get(key)).toBeUndefined();
    expect(await tier.get('same')).toEqual(entryOf(1));
    await vi.waitFor(() => expect(tier.stats().unsaved).toBe(0), { timeout: 10_000 });
    const replica = await makeUp({ keyPrefix });
    for (const key of ['put', 'changed', 'removed']) expect(await replica.get(key)).toBeUndefined();
    await tier.put('removed', entryOf(1), true);
    expect(await tier.get('removed')).toBeUndefined();
  });

  it('drops all it holds in Redis when more changed than it could note', async () => {
    await own.start();
    const keyPrefix = 'a*[b]?\\c:';
    const tier = await makeUp({ keyPrefix, failuresToOpen: 1, maxUnsaved: 100 });
    const other = await makeUp({ keyPrefix: 'ab?c:' });
    await other.put('k', entryOf(1));
    for (let i = 0; i < 50; i++) await tier.put(`k${i}`, entryOf(1));
    own.freeze();
    await tier.get('k0');
    for (let i = 0; i < 1_000; i++) await tier.invalidate(`k${i}`, 2);
    expect(tier.stats().unsaved).toBeLessThanOrEqual(100);
    own.thaw();
    await up(tier);
    for (let i = 0; i < 50; i++) expect(await tier.get(`k${i}`)).toBeUndefined();
    await up(other);
    expect(await other.get('k'), 'keys of others stay').toEqual(entryOf(1));
    await tier.put('k0', entryOf(2));
    expect(await tier.get('k0')).toEqual(entryOf(2));
  });

  describe('refuses writes', () => {
    /** How quickly it answers is not the question here, and a busy machine must not answer it. */
    const budgetMs = 2_000;
    type Meddler = ReturnType<typeof plainClient>;
    let client: Meddler;
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'waybill-redis-'));
      await own.start(directory);
      client = plainClient(own.url);
      await client.connect();
    });
    afterEach(async () => {
      client.destroy();
      await rm(directory, { recursive: true, force: true });
    });

    /** Each way to refuse, and its end. */
    const WAYS: Record<
      string,
      { refuse: (client: Meddler) => Promise<void>; mend: (client: Meddler) => Promise<void> }
    > = {
      OOM: {
        refuse: async (meddler) => void (await meddler.configSet('maxmemory', '100kb')),
        mend: async (meddler) => void (await meddler.configSet('maxmemory', '0')),
      },
      READONLY: {
        refuse: async (meddler) => void (await meddler.sendCommand(['REPLICAOF', '127.0.0.1', '1'])),
        mend: async (meddler) => void (await meddler.sendCommand(['REPLICAOF', 'NO', 'ONE'])),
      },
      MISCONF: {
        async refuse(meddler) {
          await rm(directory, { recursive: true });
          await meddler.configSet('save', '3600 1');
          await meddler.sendCommand(['BGSAVE']);
          await vi.waitFor(
            async () => expect(await meddler.info('persistence')).toContain('rdb_last_bgsave_status:err'),
            { timeout: 10_000 },
          );
        },
        mend: async (meddler) => void (await meddler.configSet('stop-writes-on-bgsave-error', 'no')),
      },
      NOPERM: {
        refuse: async (meddler) =>
          void (await meddler.sendCommand(['ACL', 'SETUSER', 'default', '-eval', '-evalsha'])),
        mend: async (meddler) => void (await meddler.sendCommand(['ACL', 'SETUSER', 'default', '+@all'])),
      },
    };

    it.each(Object.entries(WAYS))('with %s: nobody believes it', async (word, { refuse, mend }) => {
      const keyPrefix = `${randomUUID()}:`;
      const reasons: string[] = [];
      const writer = await makeUp({
        keyPrefix,
        budgetMs,
        onState: (_state, reason) => reason && reasons.push(reason.message),
      });
      const reader = await makeUp({ keyPrefix, budgetMs });
      await writer.put('k', entryOf(1));
      await writer.put('other', entryOf(1));
      expect(await reader.get('k')).toEqual(entryOf(1));

      await refuse(client);
      await writer.put('k', entryOf(2));
      expect(await writer.get('k'), 'who saw the refusal').toBeUndefined();
      expect(writer.state()).toBe('down');
      await down(reader);
      const late = make({ keyPrefix, budgetMs });
      await vi.waitFor(() => expect(late.detail()).toContain(word), { timeout: 10_000 });
      for (const tier of [writer, reader, late]) {
        expect(await tier.get('k')).toBeUndefined();
        expect(tier.detail()).toContain(word);
      }
      expect(reasons, 'told once').toEqual([expect.stringContaining(word)]);

      // The writer is gone before it could make up for what was refused.
      await writer.close();
      await mend(client);
      await up(reader);
      await up(late);
      expect(reader.detail()).toBeUndefined();
      for (const key of ['k', 'other']) expect(await reader.get(key), 'purged').toBeUndefined();
      await reader.put('k', entryOf(2));
      expect(await late.get('k')).toEqual(entryOf(2));
    });

    it('because its memory is full: the old value goes at once', async () => {
      const keyPrefix = `${randomUUID()}:`;
      const tier = await makeUp({ keyPrefix, budgetMs, retryEveryMs: 60_000 });
      await tier.put('k', entryOf(1));
      await client.configSet('maxmemory', '100kb');
      await tier.put('k', entryOf(2));
      expect(await client.exists(`${keyPrefix}k`)).toBe(0);
    });
  });

  it('says why it is not let in, once, and is used as soon as it is', async () => {
    await own.start();
    const client = plainClient(own.url);
    await client.connect();
    await client.configSet('requirepass', 'secret');
    const reasons: string[] = [];
    const without = make({
      budgetMs: 2_000,
      onState: (state, reason) => reasons.push(reason?.message ?? state),
    });
    await vi.waitFor(() => expect(without.detail()).toContain('wants a password (NOAUTH)'), {
      timeout: 10_000,
    });
    const url = own.url.replace('redis://', 'redis://:wrong@');
    const wrongReasons: string[] = [];
    const wrong = make({
      url,
      budgetMs: 2_000,
      onState: (state, reason) => wrongReasons.push(reason?.message ?? state),
    });
    await vi.waitFor(() => expect(wrong.detail()).toContain('(WRONGPASS)'), { timeout: 10_000 });
    const attempts = async (): Promise<number> =>
      Number(/^total_connections_received:(\d+)/m.exec(await client.info('stats'))?.[1]);
    const before = await attempts();
    await vi.waitFor(async () => expect(await attempts()).toBeGreaterThan(before + 4), { timeout: 20_000 });
    await client.configSet('requirepass', '');
    await up(without);
    await client.configSet('requirepass', 'wrong');
    await up(wrong);
    expect(reasons).toEqual([expect.stringContaining('(NOAUTH)'), 'up']);
    expect(wrongReasons).toEqual([expect.stringContaining('(WRONGPASS)'), 'up']);
    expect(wrong.detail()).toBeUndefined();
    client.destroy();
  });

  it('answers from the store, within budget, through every fault', async () => {
    await own.start();
    const tier = await makeUp();
    const cache = new TieredCache({
      memory: new MemoryTier({ maxBytes: 2_000, ttlMs: 60_000 }),
      second: tier,
      load: (key) => Promise.resolve({ version: 1, etag: '"1"', body: Buffer.alloc(600, key) }),
      loadTimeoutMs: 10_000,
    });
    for (const fault of [() => own.freeze(), () => own.thaw(), () => own.kill(), () => own.start()]) {
      await fault();
      for (let i = 0; i < 20; i++) {
        const key = randomUUID();
        const [{ entry }, tookMs] = await timed(() => cache.read(key));
        expect(entry?.body).toEqual(Buffer.alloc(600, key));
        expect(tookMs).toBeLessThan(BUDGET_MS + SLACK_MS);
      }
    }
  });
});
