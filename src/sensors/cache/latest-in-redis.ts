import { Injectable } from '@nestjs/common';
import type { RedisClient } from '../../platform/cache/redis-client.js';
import type { RedisLink } from '../../platform/cache/redis-link.js';
import { SharedRedis } from '../../platform/cache/shared-redis.js';
import { isNewer, type StoredReading } from '../model/reading.js';
import { ReadingRepository } from '../repository/reading.repository.js';

/** The sensors of one script, which Redis does nothing else beside. */
const SENSORS_A_SCRIPT = 100;
/** Beyond it, what waits is dropped: Redis is away for long then, and all of it is written anew when it is back. */
const MAX_WAITING = 100_000;
const ARGUMENTS_A_SENSOR = 4;

/**
 * For each sensor two keys, and four arguments: whether it is forgotten first, and its value, time and id, if it has any.
 * The time and the id stand together in the second key, as `time/id`; an older reading never replaces a newer one.
 */
const SET_NEWER = `
for place = 1, #KEYS / 2 do
  local value_key, at_key = KEYS[2 * place - 1], KEYS[2 * place]
  local first = (place - 1) * ${ARGUMENTS_A_SENSOR}
  if ARGV[first + 1] == '1' then redis.call('DEL', value_key, at_key) end
  local value, ts, id = ARGV[first + 2], ARGV[first + 3], ARGV[first + 4]
  if value ~= '' then
    local held = redis.pcall('GET', at_key)
    local held_ts, held_id = string.match(type(held) == 'string' and held or '', '^(%d+)/(%d+)$')
    local is_newer = not held_ts or redis.call('EXISTS', value_key) == 0
      or tonumber(ts) > tonumber(held_ts)
      or (tonumber(ts) == tonumber(held_ts) and tonumber(id) > tonumber(held_id))
    if is_newer then
      redis.call('SET', value_key, value)
      redis.call('SET', at_key, ts .. '/' .. id)
    end
  end
end
`;

interface Change {
  readonly isForgotten: boolean;
  readonly reading?: StoredReading;
}

/**
 * The newest reading of each sensor in Redis, for whoever reads there: `sensor:<sensor_id>` is the plain number. Written
 * behind the commits, and all anew from PostgreSQL whenever Redis is back, also at the start.
 */
@Injectable()
export class LatestInRedis {
  private readonly link: RedisLink<RedisClient> | undefined;
  private readonly waiting = new Map<string, Change>();
  private isWriting = false;

  constructor(
    { redis }: SharedRedis,
    private readonly readings: ReadingRepository,
  ) {
    this.link = redis?.link('sensors', {
      onAnswering: (client) => this.writeAll(client),
      onTick: () => this.write(),
    });
  }

  /** Readings that were committed, in any order. */
  put(stored: readonly StoredReading[]): void {
    if (this.link === undefined) return;
    for (const reading of stored) {
      const { isForgotten = false, reading: other } = this.waiting.get(reading.sensor_id) ?? {};
      if (other === undefined || isNewer(reading, other))
        this.waiting.set(reading.sensor_id, { isForgotten, reading });
    }
    this.begin();
  }

  forget(sensorId: string): void {
    if (this.link === undefined) return;
    this.waiting.set(sensorId, { isForgotten: true });
    this.begin();
  }

  private begin(): void {
    if (this.waiting.size > MAX_WAITING) this.waiting.clear();
    // What fails stays, and is tried again at the next tick.
    void this.write().catch(() => undefined);
  }

  private async write(): Promise<void> {
    if (this.isWriting || this.link?.state !== 'up') return;
    this.isWriting = true;
    try {
      while (this.waiting.size > 0) {
        const some = firstOf(this.waiting);
        await this.link.run((client) => run(client, some));
        for (const [sensorId, change] of some) {
          if (this.waiting.get(sensorId) === change) this.waiting.delete(sensorId);
        }
      }
    } finally {
      this.isWriting = false;
    }
  }

  private async writeAll(client: RedisClient): Promise<void> {
    let last: string | undefined = '';
    while (last !== undefined) {
      const page: StoredReading[] = await this.readings.latestAfter(last, SENSORS_A_SCRIPT);
      last = page.at(-1)?.sensor_id;
      if (page.length > 0) {
        await run(
          client,
          page.map((reading) => [reading.sensor_id, { isForgotten: false, reading }]),
        );
      }
    }
  }
}

function firstOf(waiting: ReadonlyMap<string, Change>): [string, Change][] {
  const some: [string, Change][] = [];
  for (const one of waiting) {
    some.push(one);
    if (some.length === SENSORS_A_SCRIPT) break;
  }
  return some;
}

function run(client: RedisClient, changes: readonly (readonly [string, Change])[]): Promise<unknown> {
  return client.eval(SET_NEWER, {
    keys: changes.flatMap(([sensorId]) => [`sensor:${sensorId}`, `sensor-at:${sensorId}`]),
    arguments: changes.flatMap(([, { isForgotten, reading }]) => [
      isForgotten ? '1' : '0',
      reading === undefined ? '' : JSON.stringify(reading.value),
      reading === undefined ? '' : String(reading.timestamp),
      reading === undefined ? '' : String(reading.id),
    ]),
  });
}
