import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCommand } from '../../../test/support/debian-packages.js';
import { eventually } from '../../../test/support/eventually.js';
import { plainClient, RedisServerFixture } from '../../../test/support/redis-server.js';
import { useTier } from '../../../test/support/tiers.js';
import { RedisCaches } from '../../platform/cache/redis-caches.js';
import type { User } from '../model/user.js';
import { UsersInRedis } from './users-in-redis.js';

const redis = useTier('redis');
const command = await findCommand('redis-server');
const never = (): AbortSignal => new AbortController().signal;
const userOf = (user_id: string, deeplink = 'old'): User => ({ user_id, deeplink, promo_message: '' });
const textOf = (user: User): string => JSON.stringify(user);

// Redis is made to fail, so each test has a server of its own.
describe.skipIf(redis.skipped ?? command === undefined)('users in Redis', () => {
  let server: RedisServerFixture;
  let plain: ReturnType<typeof plainClient>;
  let snapshots: string;
  const opened: RedisCaches[] = [];

  beforeEach(async () => {
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
    const caches = new RedisCaches({ url: server.url, ttlMs }, pino({ level: 'silent' }));
    opened.push(caches);
    const users = new UsersInRedis(caches, ttlMs);
    await isUsed(users);
    return users;
  }

  /** Leases are there for the asking only while Redis is used. */
  const isUsed = (users: UsersInRedis): Promise<void> =>
    eventually(async () => expect((await users.read('probe', never())).lease).toBeDefined());
  const leaseOf = async (users: UsersInRedis, userId: string): Promise<string> => {
    const { lease } = await users.read(userId, never());
    expect(lease).toBeDefined();
    return lease!;
  };
  /** All that was sent before has been done. */
  const isDone = (users: UsersInRedis, userId: string): Promise<void> =>
    eventually(async () => {
      await users.read('probe', never());
      expect(await plain.exists(`user:${userId}`)).toBe(1);
    });

  it('are put in under the lease that they were read with, and found by every process', async () => {
    const [one, other] = [await open(), await open()];
    one.fill({ user: userOf('a'), lease: await leaseOf(one, 'a') });
    await isDone(one, 'a');
    expect(await plain.get('user:a')).toBe(textOf(userOf('a')));
    expect(await other.read('a', never())).toEqual({ user: userOf('a') });
    expect(await plain.exists('user:a:lease')).toBe(0);
  });

  it('are not put in where another process has heard of a change meanwhile', async () => {
    const [one, other] = [await open(), await open()];
    const lease = await leaseOf(one, 'a');
    other.drop(['a']);
    await eventually(async () => expect(await plain.exists('user:a:lease')).toBe(0));
    one.fill({ user: userOf('a'), lease });
    one.fill({ user: userOf('b'), lease: await leaseOf(one, 'b') });
    await isDone(one, 'b');
    expect(await plain.get('user:a')).toBeNull();
    // Nor under the lease of who has read the new one.
    const later = await leaseOf(other, 'a');
    expect(later).not.toBe(lease);
    one.fill({ user: userOf('a'), lease });
    one.fill({ user: userOf('c'), lease: await leaseOf(one, 'c') });
    await isDone(one, 'c');
    expect(await plain.get('user:a')).toBeNull();
    other.fill({ user: userOf('a', 'new'), lease: later });
    await isDone(other, 'a');
    expect(await plain.get('user:a')).toBe(textOf(userOf('a', 'new')));
  });

  it('are not put in behind a drop of all', async () => {
    const [one, other] = [await open(), await open()];
    const lease = await leaseOf(one, 'a');
    other.dropAll();
    await eventually(async () => expect(await plain.dbSize()).toBe(0));
    one.fill({ user: userOf('a'), lease });
    one.fill({ user: userOf('b'), lease: await leaseOf(one, 'b') });
    await isDone(one, 'b');
    expect(await plain.get('user:a')).toBeNull();
  });

  it('are held for the TTL, give or take a tenth, or for good', async () => {
    const [hour, good] = [await open(), await open(0)];
    for (const userId of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      hour.fill({ user: userOf(userId), lease: await leaseOf(hour, userId) });
      await isDone(hour, userId);
    }
    const ttls = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => plain.ttl(`user:${id}`)),
    );
    for (const ttl of ttls) expect(Math.abs(ttl - 3_600)).toBeLessThanOrEqual(361);
    expect(new Set(ttls).size).toBeGreaterThan(1);
    good.fill({ user: userOf('z'), lease: await leaseOf(good, 'z') });
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
    users.fill({ user: userOf('a'), lease: await leaseOf(users, 'a') });
    await eventually(async () => expect(await plain.get('user:a')).toBe(textOf(userOf('a'))));
  });

  it('are mended where there is no text at all', async () => {
    const users = await open();
    await plain.rPush('user:a', 'x');
    users.fill({ user: userOf('a'), lease: await leaseOf(users, 'a') });
    await eventually(async () => expect(await plain.get('user:a')).toBe(textOf(userOf('a'))));
  });

  it('that change while Redis hangs are not read until it has dropped them', async () => {
    const users = await open();
    await plain.set('user:a', textOf(userOf('a')));
    expect(await users.read('a', never())).toEqual({ user: userOf('a') });
    server.freeze();
    users.drop(['a']);
    expect(await users.read('a', never())).toEqual({});
    await pause(200);
    server.thaw();
    await isUsed(users);
    expect((await users.read('a', never())).user).toBeUndefined();
    expect(await plain.get('user:a')).toBeNull();
  });

  it('of a server that was started anew from an old snapshot are dropped', async () => {
    const users = await open();
    await plain.set('user:a', textOf(userOf('a')));
    await plain.sendCommand(['SAVE']);
    await server.kill();
    await server.start(snapshots);
    await isUsed(users);
    expect((await users.read('a', never())).user).toBeUndefined();
    expect(await plain.exists('user:a')).toBe(0);
  });
});
