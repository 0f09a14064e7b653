import type { RedisClient } from '../../platform/cache/redis-client.js';
import { HEAD_AT, MAGIC, VERSION_AT } from './redis-entry.js';

const MAGIC_BYTES = [...Buffer.from(MAGIC, 'latin1')].map((byte) => `\\${byte}`).join('');

/** The version that a key holds, 0 where it holds no entry of ours. */
const HELD_VERSION = `
local function held_version(key)
  local head = redis.pcall('GETRANGE', key, 0, ${HEAD_AT - 1})
  if type(head) ~= 'string' or #head < ${HEAD_AT} or string.sub(head, 1, ${MAGIC.length}) ~= '${MAGIC_BYTES}' then return 0 end
  return struct.unpack('>d', head, ${VERSION_AT + 1})
end
`;

/**
 * For each key the entry and the milliseconds to hold it, 0 for good. Only what is newer is set. Where it does not fit in,
 * nothing is held, which is as good.
 */
const PUT = `${HELD_VERSION}
for place, key in ipairs(KEYS) do
  local value, ttl_ms = ARGV[2 * place - 1], ARGV[2 * place]
  if struct.unpack('>d', value, ${VERSION_AT + 1}) > held_version(key) then
    local set = ttl_ms == '0' and redis.pcall('SET', key, value) or redis.pcall('SET', key, value, 'PX', ttl_ms)
    if type(set) == 'table' and set.err then redis.call('DEL', key) end
  end
end
return 0
`;

/** For each key the version that it has now. @returns how many held an older one */
const DROP = `${HELD_VERSION}
local dropped = 0
for place, key in ipairs(KEYS) do
  local held = held_version(key)
  if held > 0 and held < tonumber(ARGV[place]) then dropped = dropped + redis.call('DEL', key) end
end
return dropped
`;

/** For each key a version. @returns the places, from 1, of those that hold an older one or none */
const LACKING = `${HELD_VERSION}
local lacking = {}
for place, key in ipairs(KEYS) do
  if held_version(key) < tonumber(ARGV[place]) then lacking[#lacking + 1] = place end
end
return lacking
`;

/** An encoded entry, and where and for how long it is to stand. */
export interface RedisPut {
  readonly redisKey: string;
  readonly value: Buffer;
  /** Milliseconds; 0: for good */
  readonly ttlMs: number;
}

/** Has Redis hold what is newer than what it holds. */
export async function putInRedis(client: RedisClient, puts: readonly RedisPut[]): Promise<void> {
  await client.eval(PUT, {
    keys: puts.map(({ redisKey }) => redisKey),
    arguments: puts.flatMap(({ value, ttlMs }) => [value, String(ttlMs)]),
  });
}

/** Has Redis hold nothing older. @returns how many keys held something older */
export async function dropFromRedis(
  client: RedisClient,
  changes: readonly { readonly redisKey: string; readonly version: number }[],
): Promise<number> {
  const dropped = await client.eval(DROP, {
    keys: changes.map(({ redisKey }) => redisKey),
    arguments: changes.map(({ version }) => String(version)),
  });
  return dropped as number;
}

/** Which of some keys hold something older, or nothing. @returns their places, from 0 */
export async function lackingInRedis(
  client: RedisClient,
  changes: readonly { readonly redisKey: string; readonly version: number }[],
): Promise<number[]> {
  const lacking = await client.eval(LACKING, {
    keys: changes.map(({ redisKey }) => redisKey),
    arguments: changes.map(({ version }) => String(version)),
  });
  return (lacking as unknown as number[]).map((place) => place - 1);
}
