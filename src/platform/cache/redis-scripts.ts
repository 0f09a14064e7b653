import { defineScript } from 'redis';
import type { CommandParser } from 'redis';
import type { KeyChange } from './key-change.js';
import { encodeEntry, KIND_ENTRY, KIND_GUARD, MAGIC } from './redis-value.js';

/**
 * The key of an entry's constant. It is separate because processes of the previous version share the entries, whose format
 * has no room for it; being the same in every version, it need not change atomically with the entry.
 */
export function constantKeyOf(redisKey: string): string {
  return `${redisKey}:constant`;
}

const luaBytes = [...Buffer.from(MAGIC, 'latin1')].map((byte) => `\\${byte}`).join('');

/**
 * The whole of `CacheTier.put` and `CacheTier.invalidate`, atomic in Redis, so that two replicas never decide on what
 * the other is just replacing. A value of another kind or another program counts as none and is overwritten.
 * Replies 1 when the value is now held, else 0.
 */
const CHANGE = `
local magic = '${luaBytes}'
local clear, floor, guard_ms = ARGV[1] == '1', tonumber(ARGV[2]), ARGV[3]
local value, ttl_ms, loaded, constant = ARGV[4], ARGV[5], ARGV[6] == '1', ARGV[7]

local function hold(key, text)
  if ttl_ms == '0' then
    redis.call('SET', key, text)
  else
    redis.call('SET', key, text, 'PX', ttl_ms)
  end
end

local held = redis.pcall('GET', KEYS[1])
local kind, version
if type(held) == 'string' and #held >= 12 and string.sub(held, 1, 3) == magic then
  kind = string.byte(held, 4)
  version = struct.unpack('>d', held, 5)
end

local changed = false
if clear then
  kind, version, changed = ${KIND_GUARD}, -1, true
end
if floor and not (kind and version >= floor) then
  kind, version, changed = ${KIND_GUARD}, floor, true
end

if value ~= '' then
  local new = struct.unpack('>d', value, 5)
  local held_newer = kind == ${KIND_ENTRY} and version >= new
  local refused = kind == ${KIND_GUARD} and (version > new or (version < 0 and loaded))
  if not held_newer and not refused then
    hold(KEYS[1], value)
    if constant ~= '' then hold(KEYS[2], constant) end
    return 1
  end
end
if changed then
  redis.call('SET', KEYS[1], magic .. string.char(${KIND_GUARD}) .. struct.pack('>d', version), 'PX', guard_ms)
end
return 0
`;

/** Deletes a value found broken, unless it has been replaced since; a value of a type that GET refuses in any case. */
const DISCARD = `
local held = redis.pcall('GET', KEYS[1])
if type(held) == 'table' or held == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

export const cacheScripts = {
  changeKey: defineScript({
    NUMBER_OF_KEYS: 2,
    SCRIPT: CHANGE,
    parseCommand(
      parser: CommandParser,
      prefix: string,
      key: string,
      change: KeyChange,
      guardMs: number,
      ttlMs: number,
    ) {
      parser.pushKey(prefix + key);
      parser.pushKey(constantKeyOf(prefix + key));
      parser.push(
        change.clear ? '1' : '0',
        change.floor === undefined ? '' : String(change.floor),
        String(guardMs),
        change.entry === undefined ? '' : encodeEntry(key, change.entry),
        String(ttlMs),
        change.loaded ? '1' : '0',
        change.entry?.constant ?? '',
      );
    },
    transformReply: (reply: number): boolean => reply === 1,
  }),
  discardBroken: defineScript({
    NUMBER_OF_KEYS: 1,
    SCRIPT: DISCARD,
    parseCommand(parser: CommandParser, redisKey: string, found: Buffer) {
      parser.pushKey(redisKey);
      parser.push(found);
    },
    transformReply: (reply: number): boolean => reply === 1,
  }),
};
