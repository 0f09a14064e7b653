import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { LatestUpdates } from '../cache/latest-updates.js';
import type { ForgottenSensor } from '../model/reading.js';
import { ReadingRemovalRepository, type Tombstone } from '../repository/reading-removal.repository.js';
import { ReadingRepository } from '../repository/reading.repository.js';

/** Removes readings in steps, each of which is committed by itself, and tells who holds the latest. */
@Injectable()
export class ReadingRemoval {
  constructor(
    private readonly database: Database,
    private readonly removal: ReadingRemovalRepository,
    private readonly readings: ReadingRepository,
    private readonly updates: LatestUpdates,
  ) {}

  /**
   * Removes what tombstones make void. The latest values are gone with the first step; when it throws, the oldest readings
   * may be gone.
   *
   * @param tombstones one of each sensor
   */
  async forget(tombstones: readonly Tombstone[]): Promise<readonly ForgottenSensor[]> {
    if (tombstones.length === 0) return [];
    const forgotten = await this.removal.forgottenBy(tombstones);
    let hasMore: boolean;
    do {
      ({ hasMore } = await this.database.transaction(async (tx) => {
        await this.updates.announce(tx, { latest: [], forgotten });
        return this.removal.forgetSome(tx, forgotten);
      }));
      this.updates.take({ latest: [], forgotten });
    } while (hasMore);
    return forgotten;
  }

  /** Removes what is older than so many seconds, until the signal is aborted. @returns how many readings those were */
  async expire(ageSeconds: number, signal: AbortSignal): Promise<number> {
    const before = (await this.removal.now()) - ageSeconds;
    let count = 0;
    for (let after: string | undefined = ''; after !== undefined;) {
      const { expiring, next } = await this.removal.sensorsAfter(after, before);
      let hasMore = expiring.length > 0;
      while (hasMore && !signal.aborted) {
        const step = await this.expireSome(expiring, before);
        ({ hasMore } = step);
        count += step.removed;
      }
      after = signal.aborted ? undefined : next;
    }
    return count;
  }

  private async expireSome(sensorIds: readonly string[], before: number) {
    const { forgotten, step } = await this.database.transaction(async (tx) => {
      const removed = await this.removal.expireSome(tx, sensorIds, before);
      const latest = await this.readings.latestOf(
        removed.sensors.map(({ sensorId }) => sensorId),
        tx,
      );
      const left = new Set(latest.map(({ sensor_id }) => sensor_id));
      const gone = removed.sensors.filter(({ sensorId }) => !left.has(sensorId));
      await this.updates.announce(tx, { latest: [], forgotten: gone });
      return { forgotten: gone, step: removed };
    });
    this.updates.take({ latest: [], forgotten });
    return step;
  }
}
