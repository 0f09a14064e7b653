import { Injectable } from '@nestjs/common';
import type { RedisClient } from '../../platform/cache/redis-client.js';
import type { RedisLink } from '../../platform/cache/redis-link.js';
import { SharedRedis } from '../../platform/cache/shared-redis.js';
import { type ForgottenSensor, isNewer, type StoredReading } from '../model/reading.js';
import { isSensorId } from '../model/sensor-id.js';
import { ReadingRepository } from '../repository/reading.repository.js';
import {
  AT_PREFIX,
  type Change,
  heldInRedis,
  SENSORS_A_SCRIPT,
  writeToRedis,
  WRITTEN_KEY,
} from './redis-keys.js';

/** Beyond it, what waits is dropped: Redis is away for long then, and all of it is written anew when it is back. */
const MAX_WAITING = 100_000;

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
      onAnswering: async (client) => {
        // First, so that what empties Redis meanwhile takes it along.
        await client.set(WRITTEN_KEY, '1');
        await this.writeAll(client);
        await this.deleteGone(client);
      },
      onTick: (client) => Promise.all([this.write(), this.requireWritten(client)]),
    });
  }

  /** Readings that were committed, in any order. */
  put(stored: readonly StoredReading[]): void {
    if (this.link === undefined) return;
    for (const reading of stored) {
      const waiting = this.waiting.get(reading.sensor_id);
      if (waiting?.reading === undefined || isNewer(reading, waiting.reading))
        this.waiting.set(reading.sensor_id, { ...waiting, reading });
    }
    this.begin();
  }

  forget({ sensorId, lastId }: ForgottenSensor): void {
    if (this.link === undefined) return;
    const reading = this.waiting.get(sensorId)?.reading;
    this.waiting.set(sensorId, { lastId, ...(reading !== undefined && reading.id > lastId && { reading }) });
    this.begin();
  }

  private begin(): void {
    if (this.waiting.size > MAX_WAITING) {
      this.waiting.clear();
      this.writeAnew(`more than ${MAX_WAITING} sensors wait to be written`);
    }
    // What fails stays, and is tried again at the next tick.
    void this.write().catch(() => undefined);
  }

  private async write(): Promise<void> {
    if (this.isWriting || this.link?.state !== 'up') return;
    this.isWriting = true;
    try {
      while (this.waiting.size > 0) {
        const some = firstOf(this.waiting);
        await this.link.run((client) => writeToRedis(client, some));
        for (const [sensorId, change] of some) {
          if (this.waiting.get(sensorId) === change) this.waiting.delete(sensorId);
        }
      }
    } finally {
      this.isWriting = false;
    }
  }

  /** Somebody may have emptied it, and the connection stayed. */
  private async requireWritten(client: RedisClient): Promise<void> {
    if ((await client.exists(WRITTEN_KEY)) === 0) this.writeAnew('it was emptied');
  }

  private writeAnew(reason: string): void {
    if (this.link?.state === 'up')
      this.link.reopen(new Error(`the latest readings are written anew: ${reason}`));
  }

  private async writeAll(client: RedisClient): Promise<void> {
    let last: string | undefined = '';
    while (last !== undefined) {
      const page: StoredReading[] = await this.readings.latestAfter(last, SENSORS_A_SCRIPT);
      last = page.at(-1)?.sensor_id;
      await writeToRedis(
        client,
        page.map((reading) => [reading.sensor_id, { reading }]),
      );
    }
  }

  /** What was forgotten while Redis was away is still in it. So is what a database had that was made anew since. */
  private async deleteGone(client: RedisClient): Promise<void> {
    for await (const keys of client.scanIterator({ MATCH: `${AT_PREFIX}*`, COUNT: SENSORS_A_SCRIPT })) {
      const sensorIds = keys.map((key) => key.toString().slice(AT_PREFIX.length)).filter(isSensorId);
      // In this order: what Redis holds was stored before, and is found now, unless it is gone.
      const held = await heldInRedis(client, sensorIds);
      const latest = new Map((await this.readings.latestOf(sensorIds)).map((one) => [one.sensor_id, one]));
      const changes = [...held].flatMap(([sensorId, { timestamp, id }]): [string, Change][] => {
        const reading = latest.get(sensorId);
        if (reading === undefined) return [[sensorId, { lastId: id }]];
        return isNewer({ timestamp, id }, reading) ? [[sensorId, { lastId: id, reading }]] : [];
      });
      await writeToRedis(client, changes);
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
