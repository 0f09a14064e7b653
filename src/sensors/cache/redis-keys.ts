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

const FORGOTTEN_SECONDS = 60;
/** The sensors of one script, which Redis does nothing else beside. */
export const SENSORS_A_SCRIPT = 100;

/** What becomes of a sensor in Redis: what is there up to an id goes first. */
export interface Change {
  readonly lastId?: number;
  readonly reading?: StoredReading;
}

/** For each sensor three keys, and four arguments, empty where they are not there: last id; value, time, id. */
const WRITE = `
for place = 1, #KEYS / 3 do
  local value_key, at_key, forgotten_key = KEYS[3 * place - 2], KEYS[3 * place - 1], KEYS[3 * place]
  local first = 4 * (place - 1)
  local last_id = tonumber(ARGV[first + 1])
  local value, time, id = ARGV[first + 2], tonumber(ARGV[first + 3]), tonumber(ARGV[first + 4])
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
    redis.call('SET', forgotten_key, ARGV[first + 1], 'EX', ${FORGOTTEN_SECONDS})
  end
  if id and id > forgotten_id then
    if not held_time or redis.call('EXISTS', value_key) == 0
      or time > held_time or (time == held_time and id > held_id) then
      redis.call('SET', value_key, value)
      redis.call('SET', at_key, ARGV[first + 3] .. '/' .. ARGV[first + 4])
    end
  end
end
`;

/** Sets the keys of sensors together; an older reading never replaces a newer one. */
export async function writeToRedis(
  client: RedisClient,
  changes: readonly (readonly [sensorId: string, change: Change])[],
): Promise<void> {
  if (changes.length === 0) return;
  await client.eval(WRITE, {
    keys: changes.flatMap(([sensorId]) => SENSOR_PREFIXES.map((prefix) => prefix + sensorId)),
    arguments: changes.flatMap(([, { lastId, reading }]) => [
      textOf(lastId),
      reading === undefined ? '' : encodeValue(reading.value),
      textOf(reading?.timestamp),
      textOf(reading?.id),
    ]),
  });
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
