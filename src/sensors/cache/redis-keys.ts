import type { RedisClient } from '../../platform/cache/redis-client.js';
import { encodeValue, type ReadingPlace, type StoredReading } from '../model/reading.js';

/** The value, as a plain number. */
const VALUE_PREFIX = 'sensor:';
/** Its time and its id, as `time/id`. */
export const AT_PREFIX = 'sensor-at:';
/** Up to which id the sensor was forgotten lately, so that no write which began before brings it back. */
const FORGOTTEN_PREFIX = 'sensor-forgotten:';
const SENSOR_PREFIXES = [VALUE_PREFIX, AT_PREFIX, FORGOTTEN_PREFIX];
/** There once the latest of all sensors were written; gone when somebody has emptied Redis. */
export const WRITTEN_KEY = 'sensors-written';
export const REDIS_KEY_PREFIXES = [...SENSOR_PREFIXES, WRITTEN_KEY];

/** Longer than a write takes that may have begun before. */
const FORGOTTEN_SECONDS = 10;
/** The sensors of one script, which Redis does nothing else beside. */
export const SENSORS_A_SCRIPT = 100;

/** What becomes of a sensor in Redis. */
export interface Change {
  /** What is there up to this id goes first. */
  readonly lastId?: number;
  /** No reading up to that id is written for a while. */
  readonly isForgotten?: boolean;
  readonly reading?: StoredReading;
  /** It is the latest of its sensor, and not only newer than those that it was stored with. */
  readonly isLatest?: boolean;
}

const ARGUMENTS = 6;

/**
 * For each sensor three keys and six arguments, empty where they are not there. A reading that need not be the latest
 * replaces an older one only: where nothing is held, a newer one may have been evicted.
 *
 * @returns the places, from 1, of the sensors of which nothing was held for such a reading
 */
const WRITE = `
local absent = {}
for place = 1, #KEYS / 3 do
  local value_key, at_key, forgotten_key = KEYS[3 * place - 2], KEYS[3 * place - 1], KEYS[3 * place]
  local last_id_text, is_forgotten, value, time_text, id_text, is_latest = unpack(ARGV, ${ARGUMENTS} * (place - 1) + 1, ${ARGUMENTS} * place)
  local last_id, time, id = tonumber(last_id_text), tonumber(time_text), tonumber(id_text)
  local function held(key)
    local text = redis.pcall('GET', key)
    return type(text) == 'string' and text or ''
  end
  local held_time, held_id = string.match(held(at_key), '^(%d+)/(%d+)$')
  held_time, held_id = tonumber(held_time), tonumber(held_id)
  local forgotten_id = tonumber(held(forgotten_key)) or 0
  if last_id then
    if not held_id or held_id <= last_id then
      redis.call('DEL', value_key, at_key)
      held_time = nil
    end
    if is_forgotten == '1' then redis.call('SET', forgotten_key, last_id_text, 'EX', ${FORGOTTEN_SECONDS}) end
  end
  if id and id > forgotten_id then
    local is_held = held_time and redis.call('EXISTS', value_key) == 1
    if not is_held and is_latest ~= '1' then
      absent[#absent + 1] = place
    elseif not is_held or time > held_time or (time == held_time and id > held_id) then
      redis.call('SET', value_key, value)
      redis.call('SET', at_key, time_text .. '/' .. id_text)
    end
  end
end
return absent
`;

/**
 * Sets the keys of sensors together; an older reading never replaces a newer one.
 *
 * @returns sensors of which nothing is held, and whose reading need not be the latest: it was not written
 */
export async function writeToRedis(
  client: RedisClient,
  changes: readonly (readonly [sensorId: string, change: Change])[],
): Promise<string[]> {
  if (changes.length === 0) return [];
  const absent = await client.eval(WRITE, {
    keys: changes.flatMap(([sensorId]) => SENSOR_PREFIXES.map((prefix) => prefix + sensorId)),
    arguments: changes.flatMap(([, { lastId, isForgotten = false, reading, isLatest = false }]) => [
      textOf(lastId),
      isForgotten ? '1' : '',
      reading === undefined ? '' : encodeValue(reading.value),
      textOf(reading?.timestamp),
      textOf(reading?.id),
      isLatest ? '1' : '',
    ]),
  });
  return (absent as number[]).map((place) => changes[place - 1]![0]);
}

/** The time and the id of what Redis holds of some sensors. */
export async function heldInRedis(
  client: RedisClient,
  sensorIds: readonly string[],
): Promise<Map<string, ReadingPlace>> {
  const held = new Map<string, ReadingPlace>();
  if (sensorIds.length === 0) return held;
  const texts = await client.mGet(sensorIds.map((sensorId) => AT_PREFIX + sensorId));
  for (const [index, text] of texts.entries()) {
    const match = /^(\d+)\/(\d+)$/.exec(text?.toString() ?? '');
    if (match) held.set(sensorIds[index]!, { timestamp: Number(match[1]), id: Number(match[2]) });
  }
  return held;
}

const textOf = (number: number | undefined): string => (number === undefined ? '' : String(number));
