import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { LatestUpdates } from '../cache/latest-updates.js';
import type { ForgottenSensor, Reading, StoredReading } from '../model/reading.js';
import { isStoredMeanwhile, ReadingRepository } from '../repository/reading.repository.js';
import type { IncomingReading, IncomingReadings } from './incoming-readings.js';
import { ReadingRemoval } from './reading-removal.js';

/** Readings of events: what belongs to them is of their transaction, and the latest follow the commit. */
@Injectable()
export class ReadingIntake {
  constructor(
    private readonly database: Database,
    private readonly readings: ReadingRepository,
    private readonly deadLetters: DeadLetters,
    private readonly updates: LatestUpdates,
    private readonly removal: ReadingRemoval,
  ) {}

  /**
   * Takes a batch of events in. When it throws, nothing of it is stored, and sensors may have been forgotten: the batch
   * comes again.
   */
  async receive(incoming: IncomingReadings): Promise<void> {
    const forgotten = await this.removal.forget(incoming.tombstones);
    const latest = await this.store(incoming, forgotten, false).catch((error: unknown) => {
      if (!isStoredMeanwhile(error)) throw error;
      return this.store(incoming, forgotten, true);
    });
    this.updates.take({ latest, forgotten: [] });
  }

  /** @returns the latest of the sensors that the batch is about */
  private store(
    { readings, refused }: IncomingReadings,
    forgotten: readonly ForgottenSensor[],
    mayBeStored: boolean,
  ): Promise<StoredReading[]> {
    return this.database.transaction(async (tx) => {
      await nextTurn('background');
      const { fresh, originals } = await this.withoutCopies(tx, readings);
      const { latest, commit } = await this.readings.storeOfEvents(tx, fresh, mayBeStored);
      // What stands behind a tombstone may be stored already.
      const stored = [...latest, ...(await this.latestOf(tx, forgotten))];
      await this.updates.announce(tx, { latest: stored, forgotten: [], commit });
      await this.deadLetters.append(tx, refused);
      // Whoever stored the originals may have died before telling anybody.
      return [...originals, ...stored];
    });
  }

  private async latestOf(tx: Transaction, sensors: readonly ForgottenSensor[]): Promise<StoredReading[]> {
    if (sensors.length === 0) return [];
    return this.readings.latestOf(
      sensors.map(({ sensorId }) => sensorId),
      tx,
    );
  }

  /**
   * Tells the copies of readings that are stored already from the others. The header alone proves nothing, since anybody can write
   * it, and a database that was made anew gives the ids again: the row has to hold the same reading.
   */
  private async withoutCopies(
    tx: Transaction,
    readings: readonly IncomingReading[],
  ): Promise<{ readonly fresh: readonly IncomingReading[]; readonly originals: readonly StoredReading[] }> {
    const ids = readings.flatMap(({ readingId }) => readingId ?? []);
    if (ids.length === 0) return { fresh: readings, originals: [] };
    const stored = new Map((await this.readings.byIds(tx, ids)).map((one) => [one.id, one]));
    const fresh: IncomingReading[] = [];
    const originals: StoredReading[] = [];
    for (const incoming of readings) {
      const original = incoming.readingId === undefined ? undefined : stored.get(incoming.readingId);
      if (original !== undefined && isSame(original, incoming.reading)) originals.push(original);
      else fresh.push(incoming);
    }
    return { fresh, originals };
  }
}

const isSame = (one: Reading, other: Reading): boolean =>
  one.sensor_id === other.sensor_id && Object.is(one.value, other.value) && one.timestamp === other.timestamp;
