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

/** Beyond it, what waits is dropped, and all of it is written anew. */
const MAX_WAITING = 100_000;

/**
 * The newest reading of each sensor in Redis, for whoever reads there: `sensor:<sensor_id>` is the plain number. Written
 * behind the commits, and all anew from PostgreSQL whenever Redis is back, also at the start.
 */
@Injectable()
export class LatestInRedis {
  private readonly link: RedisLink<RedisClient> | undefined;
  private readonly waiting = new Map<string, Change>();
  private hasDropped = false;
  private writing: Promise<void> | undefined;

  constructor(
    { redis }: SharedRedis,
    private readonly readings: ReadingRepository,
  ) {
    this.link = redis?.link('sensors', {
      onAnswering: (client) => this.writeAnew(client),
      onTick: (client) => Promise.all([this.write(), this.requireWritten(client)]),
      onClosing: () => this.write(),
    });
  }

  /** Readings that were committed, in any order. */
  put(stored: readonly StoredReading[]): void {
    if (this.link === undefined) return;
    for (const reading of stored) {
      const waiting = this.waiting.get(reading.sensor_id);
      if (reading.id <= (waiting?.lastId ?? 0)) continue;
      if (waiting?.reading === undefined || isNewer(reading, waiting.reading))
        this.waiting.set(reading.sensor_id, { ...waiting, reading });
    }
    this.begin();
  }

  forget({ sensorId, lastId }: ForgottenSensor): void {
    if (this.link === undefined) return;
    const reading = this.waiting.get(sensorId)?.reading;
    const isLater = reading !== undefined && reading.id > lastId;
    this.waiting.set(sensorId, { lastId, isForgotten: true, ...(isLater && { reading }) });
    this.begin();
  }

  private begin(): void {
    if (this.waiting.size > MAX_WAITING) {
      this.waiting.clear();
      this.hasDropped = true;
      this.reopen(`more than ${MAX_WAITING} sensors wait to be written`);
    }
    // What fails stays, and is tried again at the next tick.
    void this.write().catch(() => undefined);
  }

  private async write(): Promise<void> {
    const { link } = this;
    if (link?.state !== 'up') return;
    this.writing ??= this.writeWaiting(link).finally(() => (this.writing = undefined));
    await this.writing;
  }

  private async writeWaiting(link: RedisLink<RedisClient>): Promise<void> {
    while (this.waiting.size > 0) {
      const some = firstOf(this.waiting);
      const absent = await link.run((client) => writeToRedis(client, some));
      // What a commit has stored is the newest of its batch, and not always of its sensor.
      const latest = absent.length === 0 ? [] : await this.readings.latestOf(absent);
      if (latest.length > 0) await link.run((client) => writeToRedis(client, latestChanges(latest)));
      for (const [sensorId, change] of some) {
        if (this.waiting.get(sensorId) === change) this.waiting.delete(sensorId);
      }
    }
  }

  /** Somebody may have emptied it, and the connection stayed. */
  private async requireWritten(client: RedisClient): Promise<void> {
    if ((await client.exists(WRITTEN_KEY)) === 0) this.reopen('it was emptied');
  }

  private reopen(reason: string): void {
    if (this.link?.state === 'up')
      this.link.reopen(new Error(`the latest readings are written anew: ${reason}`));
  }

  private async writeAnew(client: RedisClient): Promise<void> {
    do {
      // PostgreSQL has it. Kept from before, it could bring back what others have forgotten meanwhile.
      this.waiting.clear();
      this.hasDropped = false;
      // Set before all else: who empties Redis meanwhile deletes it too, and then all is written once more.
      await client.set(WRITTEN_KEY, '1');
      await this.writeAll(client);
      await this.deleteGone(client);
    } while (this.hasDropped);
  }

  private async writeAll(client: RedisClient): Promise<void> {
    let last: string | undefined = '';
    while (last !== undefined) {
      const page: StoredReading[] = await this.readings.latestAfter(last, SENSORS_A_SCRIPT);
      last = page.at(-1)?.sensor_id;
      await writeToRedis(client, latestChanges(page));
    }
  }

  /** What was forgotten while Redis was away is still in it. So is what a database had that was made anew since. */
  private async deleteGone(client: RedisClient): Promise<void> {
    for await (const keys of client.scanIterator({ MATCH: `${AT_PREFIX}*`, COUNT: SENSORS_A_SCRIPT })) {
      const sensorIds = keys.map((key) => key.toString().slice(AT_PREFIX.length)).filter(isSensorId);
      // Redis is read first: what it holds was committed before, so if PostgreSQL lacks it now it was deleted.
      const held = await heldInRedis(client, sensorIds);
      const latest = new Map((await this.readings.latestOf(sensorIds)).map((one) => [one.sensor_id, one]));
      const changes = [...held].flatMap(([sensorId, { timestamp, id }]): [string, Change][] => {
        const reading = latest.get(sensorId);
        if (reading === undefined) return [[sensorId, { lastId: id }]];
        return isNewer({ timestamp, id }, reading)
          ? [[sensorId, { lastId: id, reading, isLatest: true }]]
          : [];
      });
      await writeToRedis(client, changes);
    }
  }
}

const latestChanges = (latest: readonly StoredReading[]): [string, Change][] =>
  latest.map((reading) => [reading.sensor_id, { reading, isLatest: true }]);

function firstOf(waiting: ReadonlyMap<string, Change>): [string, Change][] {
  const some: [string, Change][] = [];
  for (const one of waiting) {
    some.push(one);
    if (some.length === SENSORS_A_SCRIPT) break;
  }
  return some;
}
