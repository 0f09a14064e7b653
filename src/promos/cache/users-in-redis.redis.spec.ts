import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCommand } from '../../../test/support/debian-packages.js';
import { eventually } from '../../../test/support/eventually.js';
import { plainClient, redisAt, RedisServerFixture } from '../../../test/support/redis-server.js';
import { useTier } from '../../../test/support/tiers.js';
import { RedisCaches } from '../../platform/cache/redis-caches.js';
import type { User } from '../model/user.js';
import { UsersInRedis } from './users-in-redis.js';

const redis = useTier('redis');
const command = await findCommand('redis-server');
const userOf = (user_id: string, deeplink = 'old'): User => ({ user_id, deeplink, promo_message: '' });
const textOf = (user: User): string => JSON.stringify(user);

// Redis is made to fail, so each test has a server of its own.
describe.skipIf(redis.skipped ?? command === undefined)('users in Redis', () => {
  let server: RedisServerFixture;
  let plain: ReturnType<typeof plainClient>;
  let snapshots: string;
  const opened: RedisCaches[] = [];
  /** What was said of Redis, by all processes. */
  let states: string[];

  beforeEach(async () => {
    states = [];
    snapshots = await mkdtemp(join(tmpdir(), 'waybill-redis-'));
    server = await RedisServerFixture.reserve(command!);
    await server.start(snapshots);
    plain = plainClient(server.url);
    await plain.connect();
  });
  afterEach(async () => {
    server.thaw();
    for (const caches of opened.splice(0)) await caches.close();
    plain.destroy();
    await server.kill();
    await rm(snapshots, { recursive: true });
  });

  /** As one process has them. */
  async function open(ttlMs = 3_600_000): Promise<UsersInRedis> {
    const told = new Writable({
      write: (line: Buffer, _encoding, done) => {
        states.push(line.includes('Redis is used') ? 'up' : 'down');
        done();
      },
    });
    const caches = new RedisCaches({ settings: redisAt(server.url), ttlMs }, pino(told));
    opened.push(caches);
    const users = new UsersInRedis(caches, ttlMs);
    await isUsed(users);
    return users;
  }

  /** Leases are there for the asking only while Redis is used. */
  const isUsed = (users: UsersInRedis): Promise<void> =>
    eventually(async () => expect((await users.read('probe')).lease).toBeDefined());
  const leaseOf = (users: UsersInRedis, userId: string): Promise<string> => {
    return eventually(async () => {
      const { lease } = await users.read(userId);
      expect(lease).toBeDefined();
      return lease!;
    });
  };
  /** All that was sent before has been done. */
  const isDone = (users: UsersInRedis, userId: string): Promise<void> =>
    eventually(async () => {
      await users.read('probe');
      expect(await plain.exists(`user:${userId}`)).toBe(1);
    });

  it('are put in under the lease that they were read with, and found by every process', async () => {
    const [one, other] = [await open(), await open()];
    one.fill(userOf('a'), await leaseOf(one, 'a'));
    await isDone(one, 'a');
    expect(await plain.get('user:a')).toBe(textOf(userOf('a')));
    await eventually(async () => expect(await other.read('a')).toEqual({ user: userOf('a') }));
    expect(await plain.exists('user:a:lease')).toBe(0);
  });

  it('are not put in where another process has heard of a change meanwhile', async () => {
    const [one, other] = [await open(), await open()];
    const lease = await leaseOf(one, 'a');
    other.drop(['a']);
    await eventually(async () => expect(await plain.exists('user:a:lease')).toBe(0));
    one.fill(userOf('a'), lease);
    one.fill(userOf('b'), await leaseOf(one, 'b'));
    await isDone(one, 'b');
    expect(await plain.get('user:a')).toBeNull();
    // Nor under the lease of who has read the new one.
    const later = await leaseOf(other, 'a');
    expect(later).not.toBe(lease);
    one.fill(userOf('a'), lease);
    one.fill(userOf('c'), await leaseOf(one, 'c'));
    await isDone(one, 'c');
    expect(await plain.get('user:a')).toBeNull();
    other.fill(userOf('a', 'new'), later);
    await isDone(other, 'a');
    expect(await plain.get('user:a')).toBe(textOf(userOf('a', 'new')));
  });

  it('are not put in behind a drop of all', async () => {
    const [one, other] = [await open(), await open()];
    const lease = await leaseOf(one, 'a');
    other.dropAll();
    await eventually(async () => expect(await plain.dbSize()).toBe(0));
    one.fill(userOf('a'), lease);
    one.fill(userOf('b'), await leaseOf(one, 'b'));
    await isDone(one, 'b');
    expect(await plain.get('user:a')).toBeNull();
  });

  it('are held for the TTL, give or take a tenth, or for good', async () => {
    const [hour, good] = [await open(), await open(0)];
    for (const userId of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      hour.fill(userOf(userId), await leaseOf(hour, userId));
      await isDone(hour, userId);
    }
    const ttls = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => plain.ttl(`user:${id}`)),
    );
    for (const ttl of ttls) expect(Math.abs(ttl - 3_600)).toBeLessThanOrEqual(361);
    expect(new Set(ttls).size).toBeGreaterThan(1);
    good.fill(userOf('z'), await leaseOf(good, 'z'));
    await isDone(good, 'z');
    expect(await plain.ttl('user:z')).toBe(-1);
  });

  it.each([
    ['no JSON', 'rubbish'],
    ['of another shape', '{"user_id":"a","deeplink":"x"}'],
    ['with one member more', '{"user_id":"a","deeplink":"x","promo_message":"","more":1}'],
    ['with a number for a text', '{"user_id":"a","deeplink":1,"promo_message":""}'],
    ["another's", textOf(userOf('b'))],
    ['a list', '[1,2,3]'],
    ['null', 'null'],
    ['too long', textOf(userOf('a', 'x'.repeat(300_000)))],
    ['empty', ''],
  ])('are not believed where what is there is %s, and are mended', async (_what, text) => {
    const users = await open();
    await plain.set('user:a', text);
    users.fill(userOf('a'), await leaseOf(users, 'a'));
    await eventually(async () => expect(await plain.get('user:a')).toBe(textOf(userOf('a'))));
  });

  it('are mended where there is no text at all', async () => {
    const users = await open();
    await plain.rPush('user:a', 'x');
    users.fill(userOf('a'), await leaseOf(users, 'a'));
    await eventually(async () => expect(await plain.get('user:a')).toBe(textOf(userOf('a'))));
  });

  it('are not believed where their text is not UTF-8, and are mended', async () => {
    const users = await open();
    const text = Buffer.concat([
      Buffer.from('{"user_id":"a","deeplink":"'),
      Buffer.from([0xc3]),
      Buffer.from('","promo_message":""}'),
    ]);
    await plain.sendCommand(['SET', 'user:a', text]);
    users.fill(userOf('a'), await leaseOf(users, 'a'));
    await eventually(async () => expect(await plain.get('user:a')).toBe(textOf(userOf('a'))));
  });

  it('are put in also where something else stands in the place of the lease', async () => {
    const users = await open();
    await plain.rPush('user:a:lease', 'x');
    await plain.set('user:b:lease', 'x'.repeat(1_000));
    for (const userId of ['a', 'b']) {
      users.fill(userOf(userId), await leaseOf(users, userId));
      await isDone(users, userId);
    }
  });

  it('are not put in where they are too long to be read again', async () => {
    const users = await open();
    users.fill(userOf('a', 'x'.repeat(262_144)), await leaseOf(users, 'a'));
    users.fill(userOf('b', 'x'.repeat(200_000)), await leaseOf(users, 'b'));
    await isDone(users, 'b');
    expect(await plain.exists('user:a')).toBe(0);
  });

  it('are all dropped without those keys of others that begin as ours do', async () => {
    const users = await open();
    const others = ['user:a:sessions', 'user:', 'user:with space', `user:${'x'.repeat(21)}`];
    for (const key of [...others, 'user:a', 'user:b:lease']) await plain.set(key, 'x');
    users.dropAll();
    await eventually(async () => expect((await plain.keys('*')).sort()).toEqual(others.sort()));
  });

  it('are all dropped while nothing is read, however many there are, and Redis is used on', async () => {
    const users = await open();
    const keys = Array.from({ length: 100_000 }, (_, n) => [`user:${n}`, textOf(userOf(`${n}`))]);
    for (let at = 0; at < keys.length; at += 10_000) await plain.mSet(keys.slice(at, at + 10_000).flat());
    users.dropAll();
    expect(await users.read('99999')).toEqual({});
    await eventually(async () => expect((await users.read('99999')).lease).toBeDefined());
    expect(states).toEqual(['up']);
  });

  it('are not read in a Redis that refuses writes, and are again once it takes them', async () => {
    const users = await open();
    await plain.set('user:a', textOf(userOf('a')));
    await plain.configSet('maxmemory', '1');
    await eventually(async () => expect(await users.read('a')).toEqual({}));
    await plain.configSet('maxmemory', '0');
    await eventually(async () => expect((await users.read('a')).user).toBeDefined());
    // Once each, however often it has looked meanwhile.
    expect(states).toEqual(['up', 'down', 'up']);
  });

  it('are asked for no more once a Redis without a word has missed a few looks, also where nobody asks', async () => {
    await open();
    server.freeze();
    await eventually(() => expect(states).toEqual(['up', 'down']), { timeoutMs: 15_000 });
  });

  it('that change while Redis hangs are not read until it has dropped them', async () => {
    const users = await open();
    await plain.set('user:a', textOf(userOf('a')));
    await eventually(async () => expect(await users.read('a')).toEqual({ user: userOf('a') }));
    server.freeze();
    users.drop(['a']);
    expect(await users.read('a')).toEqual({});
    await pause(200);
    server.thaw();
    await isUsed(users);
    expect((await users.read('a')).user).toBeUndefined();
    expect(await plain.get('user:a')).toBeNull();
  });

  it('of a server that was started anew from an old snapshot are dropped', async () => {
    const users = await open();
    await plain.set('user:a', textOf(userOf('a')));
    await plain.sendCommand(['SAVE']);
    await server.kill();
    await server.start(snapshots);
    await isUsed(users);
    expect((await users.read('a')).user).toBeUndefined();
    expect(await plain.exists('user:a')).toBe(0);
  });
});
