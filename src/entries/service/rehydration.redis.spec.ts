import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EntryHouse, redisCommand } from '../../../test/entries/entry-house.js';
import type { EntryReplica } from '../../../test/entries/entry-replica.js';
import { countOf, workerCounts } from '../../../test/entries/worker-counts.js';
import { eventually } from '../../../test/support/eventually.js';
import { useTier } from '../../../test/support/tiers.js';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { EntriesSettings } from '../entries.settings.js';
import { type EntryKey, storageKeyOf } from '../model/entry-key.js';
import type { RehydrationMessages } from '../producer/rehydration-messages.js';
import { EntryWarmUp } from './entry-warm-up.js';
import { RedisRepairs } from './redis-repairs.js';
import { RehydrationRequests } from './rehydration-requests.js';
import type { WorkerMetrics } from './worker.metrics.js';

const redis = useTier('redis');
const log = pino({ level: 'silent' });
const KEYS_A_SEND = 100;
const MAX_WAITING = 10_000;

const keyOf = (n: number): string => `k${String(n).padStart(4, '0')}`;

describe.skipIf(redis.skipped ?? redisCommand === undefined)(
  'entries that are read before they are asked for',
  () => {
    let house: EntryHouse;
    let counts: WorkerMetrics;
    let started: Lifecycle[];

    beforeEach(async () => {
      house = await EntryHouse.open();
      counts = workerCounts();
      started = [];
    });
    afterEach(async () => {
      for (const lifecycle of started) await lifecycle.drain();
      await house.close();
    });

    /** `k0001` to the last, each written a second after the one before. */
    const insert = (rows: number): Promise<unknown> =>
      house.store.rows(
        `INSERT INTO entries.cache_entries (instance_id, key, version, value, created_at, updated_at, written_at, ends_at)
       SELECT 'i', convert_to('k' || lpad(n::text, 4, '0'), 'UTF8'), 1, convert_to('"stored"', 'UTF8'),
              now(), now() - ($1 - n) * interval '1 second', now(), NULL
         FROM generate_series(1, $1::int) AS n`,
        [rows],
      );

    describe('at the start', () => {
      async function warm(
        replica: EntryReplica,
        chosen: Partial<EntriesSettings & Environment> = {},
      ): Promise<void> {
        const lifecycle = new Lifecycle(log);
        started.push(lifecycle);
        const { ROLES, ...own } = chosen;
        const environment = Object.assign(new Environment(), ROLES && { ROLES });
        const settings = Object.assign(new EntriesSettings(), own);
        new EntryWarmUp(replica.stored, replica.cache, environment, settings, lifecycle, log);
        await lifecycle.start();
      }

      it('are the newest ones, as many as ENTRIES_WARM says, in memory and in Redis', async () => {
        await insert(1_300);
        const one = await house.start();
        await warm(one, { ENTRIES_WARM: 1_100 });
        for (const n of [1_300, 800, 201]) expect(await one.read(keyOf(n))).toBe('memory stored');
        for (const n of [200, 1]) expect(await one.read(keyOf(n))).toBe('postgres stored');
        const other = await house.start();
        await eventually(async () => expect(await house.versionInRedis(keyOf(201))).toBe(1));
        for (const n of [1_300, 800, 201]) expect(await other.read(keyOf(n))).toBe('redis stored');
        expect(await other.read(keyOf(199))).toBe('postgres stored');
      });

      it('are not those that were deleted or have ended', async () => {
        await insert(3);
        await house.store.rows("UPDATE entries.cache_entries SET value = NULL WHERE key = 'k0002'");
        await house.store.rows("UPDATE entries.cache_entries SET ends_at = now() WHERE key = 'k0003'");
        const one = await house.start();
        await warm(one);
        expect(await one.read('k0001')).toBe('memory stored');
        expect(await one.read('k0002')).toBe('postgres none');
        expect(await one.read('k0003')).toBe('postgres none');
      });

      it('take the place of nothing newer', async () => {
        await insert(1);
        const one = await house.start();
        const { entries: found } = await one.stored.find([{ instance: 'i', key: 'k0001' }]);
        const sinceMs = performance.now();
        await one.put('k0001', 'new');
        one.cache.warm([found[0]!], one.cache.redis!.epoch, sinceMs, true);
        expect(await one.read('k0001')).toBe('memory new');
        expect(await house.versionInRedis('k0001')).toBe(2);
      });

      it('are in Redis alone where a process is no api, and nowhere with ENTRIES_WARM=0', async () => {
        await insert(2);
        const [worker, without] = [await house.start(), await house.start()];
        await warm(without, { ENTRIES_WARM: 0 });
        expect(await house.versionInRedis('k0001')).toBeUndefined();
        await warm(worker, { ROLES: ['worker'] });
        await eventually(async () => expect(await house.versionInRedis('k0001')).toBe(1));
        expect(await worker.read('k0001')).toBe('redis stored');
      });
    });

    describe('by the worker', () => {
      let sends: (readonly EntryKey[])[];
      let answer: () => Promise<void>;

      async function askFor(replica: EntryReplica): Promise<void> {
        [sends, answer] = [[], () => Promise.resolve()];
        const messages = {
          send: (keys: readonly EntryKey[]) => {
            sends.push(keys);
            return answer();
          },
        };
        const lifecycle = new Lifecycle(log);
        started.push(lifecycle);
        new RehydrationRequests(replica.cache, messages as unknown as RehydrationMessages, counts, lifecycle);
        await lifecycle.start();
      }

      it('are those that Redis did not take, each once, some hundred at a time', async () => {
        await insert(250);
        const one = await house.start();
        await askFor(one);
        await one.toRedis.refuse();
        await eventually(() => expect(one.cache.redis!.epoch).toBeUndefined());
        const keys = Array.from({ length: 250 }, (_, n) => keyOf(n + 1));
        for (let times = 0; times < 3; times++) {
          await Promise.all(keys.map((key) => one.read(key)));
          // Memory does not hold them any more.
          one.cache.forgotten(keys.map((key) => storageKeyOf({ instance: 'i', key })));
        }
        await eventually(() => expect(sends.flat()).toHaveLength(250));
        expect(
          sends
            .flat()
            .map(({ key }) => key)
            .sort(),
        ).toEqual(keys);
        for (const sent of sends) expect(sent.length).toBeLessThanOrEqual(KEYS_A_SEND);
        expect(await countOf(counts.requested)).toBe(250);
      });

      it('are not asked for where Redis takes them', async () => {
        await insert(1);
        const one = await house.start();
        await askFor(one);
        expect(await one.read('k0001')).toBe('postgres stored');
        await eventually(async () => expect(await house.versionInRedis('k0001')).toBe(1));
        one.cache.onNotFilled('i/marker');
        await eventually(() => expect(sends.flat().map(({ key }) => key)).toEqual(['marker']));
      });

      it('are so many at most, and what could not be asked for is counted', async () => {
        const one = await house.start();
        await askFor(one);
        answer = () => Promise.reject(new Error('Kafka is away'));
        for (let n = 0; n < MAX_WAITING + 50; n++) one.cache.onNotFilled(`i/${n}`);
        expect(await countOf(counts.requestsDropped)).toBe(50);
        await eventually(async () => expect(await countOf(counts.requestsDropped)).toBe(50 + KEYS_A_SEND));
        expect(await countOf(counts.requested)).toBe(0);
        answer = () => Promise.resolve();
        await eventually(async () => expect(await countOf(counts.requested)).toBe(KEYS_A_SEND));
      });

      it('are read into Redis, but for what is newer there; and later where it cannot be used', async () => {
        const [one, writer] = [await house.start(), await house.start()];
        const environment = Object.assign(new Environment(), { ROLES: ['worker'] });
        const lifecycle = new Lifecycle(log);
        started.push(lifecycle);
        const repairs = new RedisRepairs(one.cache, one.stored, counts, environment, lifecycle, log);
        await lifecycle.start();
        await writer.put('a', 'stored');
        await writer.put('b', 'stored');
        await house.plain.flushAll();
        await repairs.repair([{ storageKey: 'i/a', version: 1 }]);
        expect(await house.versionInRedis('a')).toBe(1);
        expect(await house.versionInRedis('b')).toBeUndefined();
        expect(await countOf(counts.repaired)).toBe(1);
        await repairs.repair([{ storageKey: 'i/a', version: 1 }]);
        expect(await countOf(counts.repaired)).toBe(1);
        await one.toRedis.refuse();
        await eventually(() => expect(one.cache.redis!.epoch).toBeUndefined());
        await repairs.repair([{ storageKey: 'i/b', version: 1 }]);
        expect(await house.versionInRedis('b')).toBeUndefined();
        await one.toRedis.accept();
        await eventually(async () => expect(await house.versionInRedis('b')).toBe(1));
      });
    });
  },
);
