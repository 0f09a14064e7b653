import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EntryHouse, redisCommand } from '../../../test/entries/entry-house.js';
import type { EntryReplica } from '../../../test/entries/entry-replica.js';
import { eventually } from '../../../test/support/eventually.js';
import { useTier } from '../../../test/support/tiers.js';

const redis = useTier('redis');
/** Those who are there look for those who are gone every five seconds. */
const FOUND_DEAD_WITHIN = { timeoutMs: 8_000 };
/** How old what another process has changed may be. */
const HEARD_WITHIN_MS = 1_000;
const LOCKS_HERE = `
  SELECT objid FROM pg_locks WHERE locktype = 'advisory'
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

// Redis is taken away, so each test has a server of its own.
describe.skipIf(redis.skipped ?? redisCommand === undefined)('the epoch of entries in Redis', () => {
  let house: EntryHouse;

  beforeEach(async () => {
    house = await EntryHouse.open();
  });
  afterEach(() => house.close());

  /** A value that was written just now: whoever begins to read it a second later finds nothing older. */
  async function findsInTime(replica: EntryReplica, value: string): Promise<void> {
    const writtenAtMs = performance.now();
    let oldFoundMs = 0;
    await eventually(async () => {
      const beganMs = performance.now() - writtenAtMs;
      const found = await replica.read('a');
      if (!found.endsWith(` ${value}`)) oldFoundMs = beganMs;
      expect(found).toMatch(new RegExp(` ${value}$`));
    });
    expect(oldFoundMs).toBeLessThan(HEARD_WITHIN_MS);
  }

  it('is followed where another process has raised it, and what stood under the old one is read by nobody', async () => {
    const [one, other] = [await house.start(), await house.start()];
    await one.put('a', 'stored');
    const before = await house.epoch();
    const raised = await one.epochs.raise();
    expect(raised).toBeGreaterThan(before);
    await eventually(() => {
      expect([one, other].map(({ cache }) => cache.redis!.epoch)).toEqual([raised, raised]);
    });
    expect(await other.read('a')).toBe('postgres stored');
  });

  it('is raised before a write is answered that Redis does not take', async () => {
    const [one, other] = [await house.start(), await house.start()];
    await one.put('a', 'old');
    const before = await house.epoch();
    // Its link does not know yet.
    one.toRedis.mute();
    await one.put('a', 'new');
    const raised = await house.epoch();
    expect(raised).toBeGreaterThan(before);
    await findsInTime(other, 'new');
    expect(await (await house.start()).read('a')).toMatch(/ new$/);
  });

  it('is raised with each write of a process that cannot use Redis, as long as others do', async () => {
    const [one, other] = [await house.start(), await house.start()];
    await one.put('a', 'old');
    expect(await other.read('a')).toBe('redis old');
    await one.toRedis.refuse();
    await eventually(() => expect(one.cache.redis!.epoch).toBeUndefined());
    for (const value of ['new', 'newer']) {
      const before = await house.epoch();
      await one.put('a', value);
      expect(await house.epoch()).toBeGreaterThan(before);
      await findsInTime(other, value);
    }
    await one.toRedis.accept();
    await one.isUsed();
    const last = await house.epoch();
    await one.put('a', 'newest');
    expect(await house.epoch()).toBe(last);
    expect(await (await house.start()).read('a')).toBe('redis newest');
  });

  it('is raised by the others where a process has died without leaving', async () => {
    const [one, other] = [await house.start(), await house.start()];
    await one.put('a', 'stored');
    const before = await house.epoch();
    expect(await house.users()).toBe(2);
    await one.die();
    await eventually(async () => {
      expect(other.cache.redis!.epoch).toBeGreaterThan(before);
      expect(await house.users()).toBe(1);
    }, FOUND_DEAD_WITHIN);
    expect(await other.read('a')).toBe('postgres stored');
  });

  it('is raised by the next to start where the last process has died', async () => {
    const one = await house.start();
    await one.put('a', 'stored');
    const before = await house.epoch();
    await one.die();
    // PostgreSQL sees that the connection is gone in its own time.
    await eventually(async () => {
      const locks = await house.store.rows(LOCKS_HERE);
      expect(locks).toEqual([]);
    });
    const next = await house.start();
    expect(next.cache.redis!.epoch).toBeGreaterThan(before);
    expect(await next.read('a')).toBe('postgres stored');
    expect(await house.users()).toBe(1);
  });

  it('stays where a process has stopped, and the next one uses what stands in Redis', async () => {
    const one = await house.start();
    await one.put('a', 'stored');
    const before = await house.epoch();
    await one.stop();
    expect(await house.users()).toBe(0);
    const next = await house.start();
    expect(next.cache.redis!.epoch).toBe(before);
    expect(await next.read('a')).toBe('redis stored');
  });

  it('is raised where a process without Redis writes after others have stopped', async () => {
    const one = await house.start();
    await one.put('a', 'old');
    const without = await house.start();
    await without.toRedis.refuse();
    await eventually(() => expect(without.cache.redis!.epoch).toBeUndefined());
    await one.stop();
    const before = await house.epoch();
    await without.put('a', 'new');
    expect(await house.epoch()).toBeGreaterThan(before);
    expect(await (await house.start()).read('a')).toMatch(/ new$/);
  });

  it('is raised where the process was cut off from the changes of others, and it uses Redis again', async () => {
    const one = await house.start();
    await one.put('a', 'stored');
    const before = await house.epoch();
    one.toPostgres.cutAll();
    await eventually(() => expect(one.cache.redis!.epoch).toBeGreaterThan(before));
    expect(await one.read('a')).toBe('postgres stored');
    expect(await house.users()).toBe(1);
  });

  it('is raised where the server was started anew', async () => {
    const one = await house.start();
    await one.put('a', 'stored');
    const before = await house.epoch();
    await house.server.kill();
    await eventually(() => expect(one.cache.redis!.epoch).toBeUndefined());
    await house.server.start();
    await eventually(() => expect(one.cache.redis!.epoch).toBeGreaterThan(before));
    expect(one.cache.redis!.epoch).toBe(await house.epoch());
    await one.put('b', 'new');
    expect(await (await house.start()).read('b')).toBe('redis new');
  });

  it('is not raised by what goes well', async () => {
    const [one, other] = [await house.start(), await house.start()];
    const before = await house.epoch();
    for (let version = 1; version <= 20; version++) {
      await Promise.all([one.put('a', version), other.put('b', version), one.read('b'), other.read('a')]);
    }
    await one.remove('a');
    await one.stop();
    await other.stop();
    expect(await house.epoch()).toBe(before);
  });
});
