import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { Reading, StoredReading } from '../model/reading.js';
import type { ReadingCommit } from '../model/reading-commit.js';
import {
  arraysOfEvents,
  arraysOfRequest,
  BY_IDS,
  commitOf,
  LATEST_AFTER,
  LATEST_OF,
  type ReadingOfEvent,
  STORE_OF_EVENTS,
  STORE_OF_REQUEST,
} from './reading.sql.js';

/** Of a transaction that has stored some; not there where it has stored none. */
interface Stored {
  readonly commit?: ReadingCommit;
}

/** Readings in PostgreSQL. */
@Injectable()
export class ReadingRepository {
  constructor(private readonly database: Database) {}

  /**
   * Stores readings of events, each once, however often its event is delivered.
   *
   * @returns the latest of each sensor that is stored now, of the sensors in the batch: at least as new as the batch's own
   */
  async storeOfEvents(
    tx: Transaction,
    readings: readonly ReadingOfEvent[],
  ): Promise<Stored & { readonly latest: StoredReading[] }> {
    if (readings.length === 0) return { latest: [] };
    const rows: (StoredReading & { commit: string })[] = await tx.query(
      STORE_OF_EVENTS,
      arraysOfEvents(readings),
    );
    const commit = rows[0] && commitOf(rows[0].commit);
    // Whoever stored the others may have died before telling anybody.
    const latest =
      (commit?.readings ?? 0) < readings.length
        ? await this.latestOf([...new Set(readings.map(({ reading }) => reading.sensor_id))], tx)
        : rows.map(({ id, sensor_id, value, timestamp }) => ({ id, sensor_id, value, timestamp }));
    return { latest, ...(commit && { commit }) };
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

  /** @returns those that are there, in any order */
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
