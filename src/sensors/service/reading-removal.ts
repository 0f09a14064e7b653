import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { LatestUpdates } from '../cache/latest-updates.js';
import type { ForgottenSensor } from '../model/reading.js';
import {
  ReadingRemovalRepository,
  REMOVED_AT_ONCE,
  type Tombstone,
} from '../repository/reading-removal.repository.js';
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
    let removed: number;
    do {
      removed = await this.database.transaction(async (tx) => {
        await this.updates.announce(tx, { latest: [], forgotten });
        return this.removal.forgetSome(tx, forgotten);
      });
      this.updates.take({ latest: [], forgotten });
    } while (removed === REMOVED_AT_ONCE);
    return forgotten;
  }

  /** Removes what is from before a time in Unix seconds, until the signal is aborted. @returns how many readings those were */
  async expire(before: number, signal: AbortSignal): Promise<number> {
    let count = 0;
    for (let after: string | undefined = ''; after !== undefined;) {
      const { expiring, next } = await this.removal.sensorsAfter(after, before);
      let removed = expiring.length === 0 ? 0 : REMOVED_AT_ONCE;
      while (removed === REMOVED_AT_ONCE && !signal.aborted) {
        removed = await this.expireSome(expiring, before);
        count += removed;
      }
      after = signal.aborted ? undefined : next;
    }
    return count;
  }

  private async expireSome(sensorIds: readonly string[], before: number): Promise<number> {
    const { forgotten, count } = await this.database.transaction(async (tx) => {
      const removed = await this.removal.expireSome(tx, sensorIds, before);
      const latest = await this.readings.latestOf(
        removed.map(({ sensorId }) => sensorId),
        tx,
      );
      const left = new Set(latest.map(({ sensor_id }) => sensor_id));
      const forgotten = removed.filter(({ sensorId }) => !left.has(sensorId));
      await this.updates.announce(tx, { latest: [], forgotten });
      return { forgotten, count: removed.reduce((sum, one) => sum + one.removed, 0) };
    });
    this.updates.take({ latest: [], forgotten });
    return count;
  }
}
