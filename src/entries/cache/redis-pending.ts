import type { RedisClient } from '../../platform/cache/redis-client.js';
import type { QueuedWrite, SettledWrite, WriteId } from '../model/queued-write.js';
import { type ShownEntry, shownEntryOf } from '../model/held-entry.js';
import { decodeEntry, encodeEntry } from './redis-entry.js';

/*
 * Beside an entry in Redis a hash stands while a write of it waits to be stored: the `process` and `number` of the newest
 * write, its `value`, and for each process the number of the last write that waits no more.
 */

/** A write that has waited for longer than this is not shown any more until it is stored. */
export const PENDING_MS = 600_000;
/** Within this a value comes to Redis whose write was stored in the meantime. */
const SETTLED_MS = 60_000;

/** The name of the process, and for each key the number of the write and its value. */
const PUT = `
local process = ARGV[1]
for place, key in ipairs(KEYS) do
  local number, value = tonumber(ARGV[2 * place]), ARGV[2 * place + 1]
  local settled = tonumber(redis.call('HGET', key, 'settled:' .. process) or 0)
  local held = redis.call('HMGET', key, 'process', 'number')
  if number > settled and not (held[1] == process and tonumber(held[2]) >= number) then
    redis.call('HSET', key, 'process', process, 'number', number, 'value', value)
    redis.call('PEXPIRE', key, ${PENDING_MS})
  end
end
return 0
`;

/** For each key the name of a process and the number up to which its writes wait no more. */
const SETTLE = `
for place, key in ipairs(KEYS) do
  local process, number = ARGV[2 * place - 1], tonumber(ARGV[2 * place])
  local settled = 'settled:' .. process
  if number > tonumber(redis.call('HGET', key, settled) or 0) then redis.call('HSET', key, settled, number) end
  local held = redis.call('HMGET', key, 'process', 'number')
  if held[1] == process and tonumber(held[2]) <= number then redis.call('HDEL', key, 'process', 'number', 'value') end
  if redis.call('HEXISTS', key, 'value') == 0 then redis.call('PEXPIRE', key, ${SETTLED_MS}) end
end
return 0
`;

/** What stands for an entry's writes that wait; a storage key holds no colon. */
export const pendingKeyOf = (redisKey: string): string => `${redisKey}:pending`;

/** A write that waits, and where it is to stand. */
export interface PendingPut {
  readonly redisKey: string;
  readonly number: number;
  readonly value: Buffer;
}

/** The form of an entry serves for a write too; its number stands where the version does. */
export function encodePending(write: QueuedWrite): Buffer {
  const { instance, key, id, acceptedAtUs, endsAtUs, content } = write;
  const version = id.number;
  return encodeEntry({
    instance,
    key,
    version,
    createdAtUs: acceptedAtUs,
    updatedAtUs: acceptedAtUs,
    endsAtUs,
    content,
  });
}

/** Shows writes that wait, unless they or later ones of their process do not wait any more. */
export async function putPending(
  client: RedisClient,
  process: WriteId['process'],
  puts: readonly PendingPut[],
): Promise<void> {
  await client.eval(PUT, {
    keys: puts.map(({ redisKey }) => pendingKeyOf(redisKey)),
    arguments: [process, ...puts.flatMap(({ number, value }) => [String(number), value])] as string[],
  });
}

/** Shows writes no more that do not wait any more. */
export async function settlePending(
  client: RedisClient,
  settled: readonly (Pick<SettledWrite, 'id'> & { readonly redisKey: string })[],
): Promise<void> {
  await client.eval(SETTLE, {
    keys: settled.map(({ redisKey }) => pendingKeyOf(redisKey)),
    arguments: settled.flatMap(({ id }) => [id.process, String(id.number)]),
  });
}

/** The newest write of an entry that waits; undefined where none does. */
export async function readPending(
  client: RedisClient,
  redisKey: string,
  storageKey: string,
): Promise<ShownEntry | undefined> {
  const value = await client.hGet(pendingKeyOf(redisKey), 'value');
  if (value === null || value === undefined) return undefined;
  const entry = decodeEntry(storageKey, value);
  return entry && shownEntryOf(entry);
}
