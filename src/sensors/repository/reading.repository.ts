import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { int64Of } from '../../platform/messaging/event-time.js';
import type { Reading, StoredReading } from '../model/reading.js';
import type { ReadingCommit } from '../model/reading-commit.js';
import {
  arraysOfEvents,
  arraysOfPartition,
  arraysOfRequest,
  BY_IDS,
  commitOf,
  LATEST_AFTER,
  LATEST_OF,
  ORIGIN_CONSTRAINT,
  type ReadingOfEvent,
  STORE_ALL_NEW,
  STORE_OF_REQUEST,
  STORE_WHAT_IS_MISSING,
} from './reading.sql.js';

/** Of a transaction that has stored some; not there where it has stored none. */
interface Stored {
  readonly commit?: ReadingCommit | undefined;
}

const UNIQUE_VIOLATION = '23505';

/** Whether storing has failed since another process has stored some of the readings meanwhile. */
export function isStoredMeanwhile(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === UNIQUE_VIOLATION && constraint === ORIGIN_CONSTRAINT;
}

/** Readings in PostgreSQL. */
@Injectable()
export class ReadingRepository {
  constructor(private readonly database: Database) {}

  /**
   * Stores readings of events, each once, however often its event is delivered.
   *
   * @param mayBeStored by a process that is storing the same at this moment; see {@link isStoredMeanwhile}
   * @returns the latest of each sensor that is stored now, of the sensors in the batch: at least as new as the batch's own
   */
  async storeOfEvents(
    tx: Transaction,
    readings: readonly ReadingOfEvent[],
    mayBeStored = false,
  ): Promise<Stored & { readonly latest: StoredReading[] }> {
    if (readings.length === 0) return { latest: [] };
    const allNew = mayBeStored ? undefined : await this.storeAllNew(tx, readings);
    if (allNew !== undefined) return allNew;
    const [row]: { commit: string }[] = await tx.query(STORE_WHAT_IS_MISSING, arraysOfEvents(readings));
    // Whoever stored the others may have died before telling anybody.
    const latest = await this.latestOf([...new Set(readings.map(({ reading }) => reading.sensor_id))], tx);
    return { latest, commit: commitOf(row!.commit) };
  }

  /** @returns undefined when nothing was stored: some are there, or they do not follow each other in one partition */
  private async storeAllNew(
    tx: Transaction,
    readings: readonly ReadingOfEvent[],
  ): Promise<(Stored & { readonly latest: StoredReading[] }) | undefined> {
    const { topic, partition, offset: first } = readings[0]!.origin;
    let last = -Infinity;
    for (const { origin } of readings) {
      const isNext = origin.offset > last && origin.partition === partition && origin.topic === topic;
      if (!isNext) return undefined;
      last = origin.offset;
    }
    const [row]: { ids: string | null; commit: string }[] = await tx.query(STORE_ALL_NEW, [
      ...[topic, partition, int64Of(first), int64Of(last)],
      ...arraysOfPartition(readings),
    ]);
    const { ids, commit } = row!;
    if (ids === null) return undefined;
    return { latest: newestOf(readings, ids.split(',').map(Number)), commit: commitOf(commit) };
  }

  /** Stores readings that no event has brought. @returns them all, in their order */
  async storeOfRequest(
    tx: Transaction,
    readings: readonly Reading[],
  ): Promise<Stored & { readonly stored: StoredReading[] }> {
    if (readings.length === 0) return { stored: [] };
    const rows: { id: number; commit: string }[] = await tx.query(
      STORE_OF_REQUEST,
      arraysOfRequest(readings),
    );
    return {
      stored: readings.map((reading, index) => ({ ...reading, id: rows[index]!.id })),
      ...(rows[0] && { commit: commitOf(rows[0].commit) }),
    };
  }

  /** Readings that no event has brought. @returns those that are there, in any order */
  byIds(tx: Transaction, ids: readonly number[]): Promise<StoredReading[]> {
    return tx.query(BY_IDS, [ids]);
  }

  /** The latest readings of sensors, in any order; none of a sensor that has none. */
  latestOf(
    sensorIds: readonly string[],
    within: Pick<Transaction, 'query'> = this.database.source,
  ): Promise<StoredReading[]> {
    return within.query(LATEST_OF, [sensorIds]);
  }

  /** The latest readings of up to `limit` sensors, by sensor, from behind one on; '' is before all of them. */
  latestAfter(sensorId: string, limit: number): Promise<StoredReading[]> {
    return this.database.source.query(LATEST_AFTER, [sensorId, limit]);
  }
}

/** The newest of each sensor. @param ids of the readings, which grow: of one second the last one is the newest */
function newestOf(readings: readonly ReadingOfEvent[], ids: readonly number[]): StoredReading[] {
  const newest = new Map<string, number>();
  for (const [index, { reading }] of readings.entries()) {
    const other = newest.get(reading.sensor_id);
    if (other === undefined || reading.timestamp >= readings[other]!.reading.timestamp)
      newest.set(reading.sensor_id, index);
  }
  return Array.from(newest.values(), (index) => ({ ...readings[index]!.reading, id: ids[index]! }));
}
