import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { LatestUpdates } from '../cache/latest-updates.js';
import { isNewer, type Reading, type StoredReading } from '../model/reading.js';
import { ReadingAnnouncements } from '../producer/reading-announcements.js';
import { isStoredMeanwhile, ReadingRepository } from '../repository/reading.repository.js';
import type { IncomingReading, IncomingReadings } from './incoming-readings.js';

/** The one write path: readings and what belongs to them are of one transaction, and the latest follow the commit. */
@Injectable()
export class ReadingIntake {
  constructor(
    private readonly database: Database,
    private readonly readings: ReadingRepository,
    private readonly announcements: ReadingAnnouncements,
    private readonly deadLetters: DeadLetters,
    private readonly updates: LatestUpdates,
  ) {}

  /**
   * Takes a batch of events in. When it throws, nothing of it is stored, and sensors may have been forgotten: the batch
   * comes again.
   */
  async receive(incoming: IncomingReadings): Promise<void> {
    const { forgotten } = incoming;
    for (const sensorId of forgotten) {
      await this.readings.forget(sensorId);
      this.updates.take({ latest: [], forgotten: [sensorId] });
    }
    const latest = await this.store(incoming, false).catch((error: unknown) => {
      if (!isStoredMeanwhile(error)) throw error;
      return this.store(incoming, true);
    });
    this.updates.take({ latest, forgotten: [] });
  }

  /** @returns the latest of the sensors that the batch has readings of */
  private store(
    { readings, forgotten, refused }: IncomingReadings,
    mayBeStored: boolean,
  ): Promise<StoredReading[]> {
    return this.database.transaction(async (tx) => {
      await nextTurn('background');
      const { fresh, originals } = await this.withoutCopies(tx, readings);
      const stored = await this.readings.storeOfEvents(tx, fresh, mayBeStored);
      await this.updates.announce(tx, { latest: stored, forgotten: [...forgotten] });
      await this.deadLetters.append(tx, refused);
      // Whoever stored the originals may have died before telling anybody.
      return [...originals, ...stored];
    });
  }

  /** Stores readings of a request, all or none, and announces them. @returns them in their order */
  async submit(readings: readonly Reading[]): Promise<StoredReading[]> {
    const stored = await this.database.transaction(async (tx) => {
      const withIds = await this.readings.storeOfRequest(tx, readings);
      await this.announcements.append(tx, withIds);
      await this.updates.announce(tx, { latest: newestOfEach(withIds), forgotten: [] });
      return withIds;
    });
    this.updates.take({ latest: stored, forgotten: [] });
    return stored;
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

/** In any order of the readings. */
function newestOfEach(readings: readonly StoredReading[]): StoredReading[] {
  const newest = new Map<string, StoredReading>();
  for (const reading of readings) {
    const other = newest.get(reading.sensor_id);
    if (other === undefined || isNewer(reading, other)) newest.set(reading.sensor_id, reading);
  }
  return [...newest.values()];
}

const isSame = (one: Reading, other: Reading): boolean =>
  one.sensor_id === other.sensor_id && one.value === other.value && one.timestamp === other.timestamp;
