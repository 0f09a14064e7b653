import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EntryHouse, redisCommand } from '../../../test/entries/entry-house.js';
import type { EntryReplica } from '../../../test/entries/entry-replica.js';
import { eventually } from '../../../test/support/eventually.js';
import { useTier } from '../../../test/support/tiers.js';

const redis = useTier('redis');
/** How old what another process has changed may be. */
const HEARD_WITHIN = { timeoutMs: 1_000 };
/** Not `READ COMMITTED`. */
const COMMIT = /\bCOMMIT\b/;

// Redis is made to forget and to lie, so each test has a server of its own.
describe.skipIf(redis.skipped ?? redisCommand === undefined)('entries in memory and Redis', () => {
  let house: EntryHouse;

  beforeEach(async () => {
    house = await EntryHouse.open();
  });
  afterEach(() => house.close());

  /** A read of a key that neither memory nor Redis holds, whose answer PostgreSQL has given and is held back. */
  async function readHeldBack(replica: EntryReplica, key: string): Promise<() => Promise<string>> {
    await house.plain.flushAll();
    const release = replica.stored.holdNext();
    const answer = replica.read(key);
    await eventually(() => expect(replica.stored.waiting).toBe(1));
    return () => {
      release();
      return answer;
    };
  }

  const hasHeard = (replica: EntryReplica, version: number): (() => Promise<void>) => {
    const changed = vi.spyOn(replica.cache, 'changed');
    return () =>
      eventually(() => {
        const versions = changed.mock.calls.flatMap(([changes]) => changes.map((change) => change.version));
        expect(versions).toContain(version);
      });
  };

  it('are found in memory, then in Redis, then in PostgreSQL, and what is asked for is held from then on', async () => {
    const one = await house.start();
    await one.put('a', 'first');
    expect(await one.read('a')).toBe('memory first');
    const other = await house.start();
    expect(await other.read('a')).toBe('redis first');
    expect(await other.read('a')).toBe('memory first');
    await house.plain.flushAll();
    const third = await house.start();
    expect(await third.read('a')).toBe('postgres first');
    await eventually(async () => expect(await house.versionInRedis('a')).toBe(1));
  });

  it('are shown as they were written while a read was under way', async () => {
    const [writer, one] = [await house.start(), await house.start()];
    await writer.put('a', 'old');
    const answerOf = await readHeldBack(one, 'a');
    await one.put('a', 'new');
    expect(await one.read('a')).toBe('memory new');
    await answerOf();
    expect(await one.read('a')).toBe('memory new');
    expect(await house.versionInRedis('a')).toBe(2);
    expect(await (await house.start()).read('a')).toBe('redis new');
  });

  it('are shown as another process has written them while a read was under way, once that is heard', async () => {
    const [writer, one] = [await house.start(), await house.start()];
    await writer.put('a', 'old');
    const answerOf = await readHeldBack(one, 'a');
    const heard = hasHeard(one, 2);
    await writer.put('a', 'new');
    await heard();
    // Whoever asks from now on does not share that read.
    expect(await one.read('a')).toMatch(/ new$/);
    expect(await answerOf()).toMatch(/ new$/);
    expect(await one.read('a')).toBe('memory new');
    expect(await house.versionInRedis('a')).toBe(2);
  });

  it('are told to be gone where another process has deleted them while a read was under way', async () => {
    const [writer, one] = [await house.start(), await house.start()];
    await writer.put('a', 'old');
    const answerOf = await readHeldBack(one, 'a');
    const heard = hasHeard(one, 2);
    await writer.remove('a');
    await heard();
    expect(await answerOf()).toMatch(/ none$/);
    expect(await one.read('a')).toMatch(/ none$/);
    expect(await one.read('a')).toBe('memory none');
    expect(await (await house.start()).read('a')).toMatch(/ none$/);
  });

  it('are shown as another process has changed them within a second', async () => {
    const [writer, one] = [await house.start(), await house.start()];
    for (let version = 1; version <= 20; version++) {
      await writer.put('a', version);
      await eventually(async () => expect(await one.read('a')).toMatch(` ${version}`), HEARD_WITHIN);
    }
    await writer.remove('a');
    await eventually(async () => expect(await one.read('a')).toMatch(/ none$/), HEARD_WITHIN);
  });

  it('are read from PostgreSQL where Redis was flushed, and what was deleted stays so', async () => {
    const one = await house.start();
    await one.put('a', 'first');
    await one.put('b', 'first');
    await one.remove('b');
    await house.plain.flushAll();
    expect(await one.read('a')).toBe('memory first');
    const other = await house.start();
    expect(await other.read('a')).toBe('postgres first');
    expect(await other.read('b')).toBe('postgres none');
  });

  it('are not believed for longer than a second while changes are not heard', async () => {
    const [writer, one] = [await house.start(), await house.start()];
    await writer.put('a', 'old');
    expect(await one.read('a')).toBe('redis old');
    // What PostgreSQL says on its own comes late; so does each proof that all was heard.
    one.toPostgres.delayAnswers(1_500);
    await writer.put('a', 'new');
    await eventually(() => expect(one.cache.hearsChanges).toBe(false), { timeoutMs: 1_500 });
    expect(await one.read('a')).toBe('postgres new');
    one.toPostgres.delayAnswers(0);
  });

  it('are not held as they were, where a late put of an older version came after an eviction', async () => {
    const [writer, one] = [await house.start(), await house.start()];
    const old = await writer.put('a', 'old');
    // It hears of the next change late, though within the second.
    one.toPostgres.delayAnswers(600);
    await writer.put('a', 'new');
    const redisKey = await house.redisKeyOf('a');
    await eventually(async () => {
      // The writer hears of it too, and may have yet to drop what is older.
      await house.plain.del(redisKey);
      await one.cache.redis!.put([old], one.cache.redis!.epoch!, performance.now());
      expect(await house.versionInRedis('a')).toBe(1);
    });
    await eventually(async () => expect(await house.versionInRedis('a')).not.toBe(1));
    expect(await (await house.start()).read('a')).toMatch(/ new$/);
  });

  it('that were deleted do not come back, whatever is put into Redis late', async () => {
    const [one, other] = [await house.start(), await house.start()];
    const old = await one.put('a', 'old');
    expect(await other.read('a')).toBe('redis old');
    await one.remove('a');
    const epoch = one.cache.redis!.epoch!;
    await other.cache.redis!.put([old], epoch, performance.now());
    expect(await house.versionInRedis('a')).toBe(2);
    await eventually(async () => expect(await other.read('a')).toMatch(/ none$/), HEARD_WITHIN);
    expect(await (await house.start()).read('a')).toBe('redis none');
    // Nor does a put that was on its way for too long begin.
    await house.plain.flushAll();
    await expect(other.cache.redis!.put([old], epoch, performance.now() - 1_001)).rejects.toThrow('too late');
    expect(await house.versionInRedis('a')).toBeUndefined();
  });

  it.each([
    ['no entry', (at: string) => house.plain.set(at, 'rubbish')],
    ['nothing', (at: string) => house.plain.set(at, '')],
    ['a list', (at: string) => house.plain.rPush(at, ['x'])],
    ["another key's entry", async (at: string) => house.plain.copy(await house.redisKeyOf('b'), at)],
    [
      'an entry that was cut off',
      async (at: string) => {
        await house.plain.copy(await house.redisKeyOf('b'), at);
        await house.plain.eval("return redis.call('SET', KEYS[1], redis.call('GETRANGE', KEYS[1], 0, 19))", {
          keys: [at],
        });
      },
    ],
    [
      'an entry of no version',
      async (at: string) => {
        await house.plain.copy(await house.redisKeyOf('b'), at);
        await house.plain.setRange(at, 4, '\0\0\0\0\0\0\0\0');
      },
    ],
  ])('are not believed where Redis holds %s', async (_what, meddle) => {
    const one = await house.start();
    await one.put('a', 'mine');
    await one.put('b', 'of another');
    const at = await house.redisKeyOf('a');
    await house.plain.del(at);
    await meddle(at);
    const other = await house.start();
    expect(await other.read('a')).toBe('postgres mine');
    expect(await other.read('a')).toBe('memory mine');
  });

  it('are shown as they were committed within a second, also where the answer to the COMMIT was lost', async () => {
    const [one, other] = [await house.start(), await house.start()];
    await one.put('a', 'old');
    expect(await one.read('a')).toBe('memory old');
    one.toPostgres.arm((sent) => (COMMIT.test(sent.toString('latin1')) ? 'cut after the answer' : undefined));
    await expect(one.put('a', 'new')).rejects.toThrow();
    one.toPostgres.disarm();
    expect(one.toPostgres.trapped).toBe(1);
    await eventually(async () => expect(await one.read('a')).toMatch(/ new$/), HEARD_WITHIN);
    await eventually(async () => expect(await other.read('a')).toMatch(/ new$/), HEARD_WITHIN);
    expect(await (await house.start()).read('a')).toMatch(/ new$/);
  });
});
