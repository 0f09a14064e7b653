import { isUtf8 } from 'node:buffer';
import { keyPrefixOf } from '../../platform/cache/cache-declaration.js';
import { unlinkAll } from '../../platform/cache/redis-catch-up.js';
import type { RedisClient } from '../../platform/cache/redis-client.js';
import { isUserId } from '../model/user-id.js';
import { encodeUser } from '../model/user-json.js';
import type { User } from '../model/user.js';
import { USER_CACHE } from './user-cache.declaration.js';

/**
 * What stands in Redis: a user as JSON under `user:<id>`, and beside it, while somebody reads the id from PostgreSQL, a lease.
 * Whoever finds no user takes the lease before it reads, or shares the one that is there, and what it has read is written
 * only while that lease stands. A change deletes both, so that what was read before it is never written behind it, however
 * late the write comes.
 */
const KEY_PREFIX = keyPrefixOf(USER_CACHE);
const LEASE_SUFFIX = ':lease';
const leaseKeyOf = (userId: string): string => KEY_PREFIX + userId + LEASE_SUFFIX;
const keysOf = (userId: string): [string, string] => [KEY_PREFIX + userId, leaseKeyOf(userId)];

/** A read that takes longer finds its lease gone, and what it has read is not put in. Absent ids leave one behind for as long. */
const LEASE_MS = 2_000;
/** What is longer is not put in. */
const MAX_VALUE_BYTES = 262_144;
const MAX_LEASE_BYTES = 64;
/** Of an id that nobody can have. */
const PROBE_ID = ':probe';
const JITTER = 0.1;

/** What Redis said of an id. */
export interface RedisFinding {
  /** None where it holds none, or none that can be believed. */
  readonly user?: User;
  /** What a user may be put in with; none where Redis refuses writes, cannot be asked, or must not be believed. */
  readonly lease?: string;
}

/** A user as it is written, and the lease that it was read under. */
export interface Filling {
  readonly userId: string;
  readonly text: string;
  readonly lease: string;
}

/** @returns undefined for a user that is too long to be held there */
export function fillingOf(user: User, lease: string): Filling | undefined {
  const text = encodeUser(user);
  return Buffer.byteLength(text) > MAX_VALUE_BYTES ? undefined : { userId: user.user_id, text, lease };
}

/**
 * For each id two keys: the user's and the lease's. Replies with two texts for each, one of which is empty. In a Redis that
 * refuses writes there is no lease.
 */
const READ = `
local token, lease_ms, discard = ARGV[1], ARGV[2], ARGV[3] == '1'
local found = {}
for at = 1, #KEYS, 2 do
  local value = not discard and redis.pcall('GET', KEYS[at])
  local lease = ''
  if type(value) ~= 'string' or value == '' or #value > ${MAX_VALUE_BYTES} then
    if value or discard then redis.pcall('DEL', KEYS[at]) end
    value = ''
    lease = redis.pcall('GET', KEYS[at + 1])
    if type(lease) ~= 'string' or #lease > ${MAX_LEASE_BYTES} then
      local taken = redis.pcall('SET', KEYS[at + 1], token, 'PX', lease_ms)
      lease = type(taken) == 'table' and taken.ok and token or ''
    end
  end
  found[#found + 1] = value
  found[#found + 1] = lease
end
return found
`;

/** For each id two keys, and its lease, the user and how long to hold it: 0 for good. */
const FILL = `
for at = 1, #KEYS, 2 do
  local first = (at - 1) / 2 * 3
  local lease, value, ttl_ms = ARGV[first + 1], ARGV[first + 2], ARGV[first + 3]
  if redis.pcall('GET', KEYS[at + 1]) == lease then
    if ttl_ms == '0' then redis.call('SET', KEYS[at], value)
    else redis.call('SET', KEYS[at], value, 'PX', ttl_ms) end
    redis.call('DEL', KEYS[at + 1])
  end
end
return 0
`;

/** What Redis holds of some ids, in their order. @param token a text that nobody else uses */
export async function readFromRedis(
  client: RedisClient,
  userIds: readonly string[],
  token: string,
): Promise<RedisFinding[]> {
  const found = await readOnce(client, userIds, token, false);
  const broken = userIds.filter((userId, index) => found[index] === 'broken');
  if (broken.length === 0) return found as RedisFinding[];
  const mended = await readOnce(client, broken, token, true);
  let next = 0;
  return found.map((finding) => (finding === 'broken' ? mended[next++]! : finding)) as RedisFinding[];
}

async function readOnce(
  client: RedisClient,
  userIds: readonly string[],
  token: string,
  discard: boolean,
): Promise<(RedisFinding | 'broken')[]> {
  const reply = await client.eval(READ, {
    keys: userIds.flatMap(keysOf),
    arguments: [token, String(LEASE_MS), discard ? '1' : '0'],
  });
  const texts = reply as unknown as Buffer[];
  return userIds.map((userId, index) => {
    const value = texts[index * 2]!;
    const lease = texts[index * 2 + 1]!.toString();
    if (value.length === 0) return lease === '' ? {} : { lease };
    const user = isUtf8(value) ? userOf(userId, value.toString()) : undefined;
    return user === undefined ? 'broken' : { user };
  });
}

/** Writes what was read, where no change has come between. @param ttlMs 0: for good */
export async function fillRedis(
  client: RedisClient,
  fillings: readonly Filling[],
  ttlMs: number,
): Promise<void> {
  await client.eval(FILL, {
    keys: fillings.flatMap(({ userId }) => keysOf(userId)),
    arguments: fillings.flatMap(({ text, lease }) => [lease, text, String(withJitter(ttlMs))]),
  });
}

export async function dropFromRedis(client: RedisClient, userIds: readonly string[]): Promise<void> {
  await client.unlink(userIds.flatMap(keysOf));
}

/** Others may have keys that begin as ours do. */
const isUser = (key: string): boolean => isUserId(key.slice(KEY_PREFIX.length));
const isLease = (key: string): boolean =>
  key.endsWith(LEASE_SUFFIX) && isUser(key.slice(0, -LEASE_SUFFIX.length));

/** All users, and before them all leases: what was read before, and is written meanwhile, goes with the users. */
export async function dropAllFromRedis(client: RedisClient): Promise<void> {
  await unlinkAll(client, KEY_PREFIX, isLease);
  await unlinkAll(client, KEY_PREFIX, (key) => isUser(key) || isLease(key));
}

/**
 * That Redis does what we need, by the script that all reads use: an ACL may refuse single commands or keys, and a server that
 * is full or has become a replica refuses writes.
 *
 * @throws Error when it does not, and what Redis says
 */
export async function requireUse(client: RedisClient, token: string): Promise<void> {
  const [userKey, leaseKey] = keysOf(PROBE_ID);
  const [[probe]] = await Promise.all([readFromRedis(client, [PROBE_ID], token), client.get(userKey)]);
  if (probe!.lease === undefined) {
    // The script passes over a refusal; this has Redis say why.
    await client.set(leaseKey, token, { PX: LEASE_MS });
    throw new Error('it refuses writes');
  }
  await dropFromRedis(client, [PROBE_ID]);
}

/** Those that are put in together do not all end together. */
function withJitter(ttlMs: number): number {
  return Math.round(ttlMs * (1 + JITTER * (2 * Math.random() - 1)));
}

/** @returns undefined for anything else than that user, in our shape */
function userOf(userId: string, text: string): User | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 3) return undefined;
  const { user_id, deeplink, promo_message } = value as Record<string, unknown>;
  if (user_id !== userId || typeof deeplink !== 'string' || typeof promo_message !== 'string')
    return undefined;
  return { user_id: userId, deeplink, promo_message };
}
