import { Injectable } from '@nestjs/common';
import { BatchTable, column, TEXT } from '../../platform/database/batch-table.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { ForgottenSensor } from '../model/reading.js';
import { type Origin, ORIGIN_COLUMNS } from './reading.sql.js';

/** A sensor may have millions of readings, and a statement has to end. */
export const REMOVED_AT_ONCE = 10_000;
const SENSORS_A_PAGE = 1_000;

/** An event that says that a sensor is to be forgotten. */
export interface Tombstone {
  readonly sensorId: string;
  readonly origin: Origin;
}

/** Some sensors, by their ids, and those among them that have readings of before a time. */
export interface SensorPage {
  /** Where the next page begins; not there when this is the last one. */
  readonly next?: string;
  readonly expiring: readonly string[];
}

const TOMBSTONES = new BatchTable<Tombstone>('tombstones', [
  column('sensor_id', TEXT, ({ sensorId }) => sensorId),
  ...ORIGIN_COLUMNS,
]);

/**
 * All that is stored, but not what stands behind the tombstone in its partition, which is there already when the tombstone
 * comes again, or late to a consumer whose partition is another's by now. What came over HTTP has no origin, and is never
 * spared. Readings of a topic that was made anew are older than the tombstone.
 *
 * The sum keeps PostgreSQL from walking through all offsets, or all ids, in their order: the index by sensor is to serve.
 */
const FORGOTTEN_BY = `
  SELECT e.sensor_id AS "sensorId", coalesce(
    (SELECT d.id - 1 FROM sensors.sensor_data d
     WHERE d.topic = e.topic AND d.partition = e.partition AND d."offset" > e."offset"
       AND d.event_time >= e.event_time AND d.sensor_id = e.sensor_id
     ORDER BY d."offset" + 0 LIMIT 1),
    (SELECT max(id) FROM sensors.sensor_data), 0) AS "lastId"
  FROM ${TOMBSTONES.unnested('e')}`;

/** The oldest first, so that the latest stays what it is until nothing else is left. */
const REMOVE_SOME = `
  WITH chosen AS (
    SELECT d.id FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS s(sensor_id, last_id, before)
    CROSS JOIN LATERAL (
      SELECT id FROM sensors.sensor_data
      WHERE sensor_id = s.sensor_id AND ts < s.before AND id <= s.last_id
      ORDER BY ts, id LIMIT ${REMOVED_AT_ONCE}) AS d
    LIMIT ${REMOVED_AT_ONCE}
  ), removed AS (
    DELETE FROM sensors.sensor_data WHERE id IN (SELECT id FROM chosen) RETURNING sensor_id, id
  )
  SELECT coalesce((SELECT json_agg(sensor) FROM (
           SELECT sensor_id AS "sensorId", max(id) AS "lastId" FROM removed GROUP BY sensor_id) AS sensor), '[]') AS sensors,
         (SELECT count(*)::int FROM removed) AS removed,
         (SELECT count(*)::int FROM chosen) = ${REMOVED_AT_ONCE} AS "hasMore"`;

/** One probe of the index a sensor, and one more for its oldest reading. */
const SENSORS_AFTER = `
  WITH RECURSIVE sensor AS (
    (SELECT sensor_id, 1 AS place FROM sensors.sensor_data WHERE sensor_id > $1 ORDER BY sensor_id LIMIT 1)
    UNION ALL
    SELECT following.sensor_id, place + 1 FROM sensor CROSS JOIN LATERAL (
      SELECT d.sensor_id FROM sensors.sensor_data d WHERE d.sensor_id > sensor.sensor_id ORDER BY d.sensor_id LIMIT 1
    ) AS following
    WHERE place < ${SENSORS_A_PAGE}
  )
  SELECT sensor_id AS "sensorId",
         (SELECT ts FROM sensors.sensor_data d WHERE d.sensor_id = sensor.sensor_id ORDER BY ts LIMIT 1) < $2 AS expires
  FROM sensor ORDER BY place`;

/** What one step has done. */
interface Removed {
  /** The sensors, each with the highest id that was removed of it. */
  readonly sensors: readonly ForgottenSensor[];
  /** How many readings; others may have removed some of those that were chosen. */
  readonly removed: number;
  readonly hasMore: boolean;
}

const NOW = `SELECT floor(extract(epoch FROM now()))::bigint AS now`;

const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** Removes readings, in bounded steps. */
@Injectable()
export class ReadingRemovalRepository {
  constructor(private readonly database: Database) {}

  /** What tombstones make void. */
  forgottenBy(tombstones: readonly Tombstone[]): Promise<ForgottenSensor[]> {
    return this.database.source.query(FORGOTTEN_BY, TOMBSTONES.arraysOf(tombstones));
  }

  /** One step. */
  forgetSome(tx: Transaction, sensors: readonly ForgottenSensor[]): Promise<Removed> {
    return removeSome(tx, sensors, FOR_EVER);
  }

  /** By the clock of PostgreSQL, which all processes share: Unix seconds. */
  async now(): Promise<number> {
    const [row] = await this.database.source.query<{ now: number }[]>(NOW);
    return row!.now;
  }

  /** One step, of readings from before a time in Unix seconds. */
  expireSome(tx: Transaction, sensorIds: readonly string[], before: number): Promise<Removed> {
    return removeSome(
      tx,
      sensorIds.map((sensorId) => ({ sensorId, lastId: FOR_EVER })),
      before,
    );
  }

  /** Sensors behind one, or from the first on: '' is before all of them. `before` is in Unix seconds. */
  async sensorsAfter(sensorId: string, before: number): Promise<SensorPage> {
    const rows = await this.database.source.query<{ sensorId: string; expires: boolean }[]>(SENSORS_AFTER, [
      sensorId,
      before,
    ]);
    const expiring = rows.filter(({ expires }) => expires).map((row) => row.sensorId);
    return { expiring, ...(rows.length === SENSORS_A_PAGE && { next: rows.at(-1)!.sensorId }) };
  }
}

async function removeSome(
  tx: Transaction,
  sensors: readonly ForgottenSensor[],
  before: number,
): Promise<Removed> {
  const [removed]: Removed[] = await tx.query(REMOVE_SOME, [
    sensors.map(({ sensorId }) => sensorId),
    sensors.map(({ lastId }) => lastId),
    sensors.map(() => before),
  ]);
  return removed!;
}
