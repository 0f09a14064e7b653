import {
  BatchTable,
  BIGINT,
  type Column,
  column,
  DOUBLE,
  INT64,
  INTEGER,
  TEXT,
  TIMESTAMPTZ,
} from '../../platform/database/batch-table.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { columnTimeUs, int64Of } from '../../platform/messaging/event-time.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import type { Reading } from '../model/reading.js';
import type { ReadingCommit } from '../model/reading-commit.js';

/** Where a reading stands in its topic. */
export type Origin = Pick<ReceivedEvent, 'topic' | 'partition' | 'offset' | 'timestampMs' | 'exactTimestamp'>;

/** A reading of an event. */
export interface ReadingOfEvent {
  readonly reading: Reading;
  readonly origin: Origin;
}

const READINGS = new BatchTable<Reading>('sensors.sensor_data', [
  column('sensor_id', TEXT, (reading) => reading.sensor_id),
  column('value', DOUBLE, (reading) => reading.value),
  column('ts', BIGINT, (reading) => reading.timestamp),
]);

export const ORIGIN_COLUMNS: readonly Column<{ readonly origin: Origin }>[] = [
  column('topic', TEXT, ({ origin }) => origin.topic),
  column('partition', INTEGER, ({ origin }) => origin.partition),
  column('"offset"', INT64, ({ origin }) => int64Of(origin.offset)),
  // A topic that was made anew counts its offsets from 0 again.
  column('event_time', TIMESTAMPTZ, ({ origin }) => columnTimeUs(origin)),
];

const READINGS_OF_EVENTS = new BatchTable<ReadingOfEvent>('sensors.sensor_data', [
  column('sensor_id', TEXT, ({ reading }) => reading.sensor_id),
  column('value', DOUBLE, ({ reading }) => reading.value),
  column('ts', BIGINT, ({ reading }) => reading.timestamp),
  ...ORIGIN_COLUMNS,
]);

const insertOf = <Row>(table: BatchTable<Row>): string => {
  const columns = table.columnNames.join(', ');
  return `INSERT INTO ${table.name} (${columns}) SELECT ${columns} FROM ${table.unnested('e')} ORDER BY e.place`;
};

/** As `StoredReading` has them. */
export const FIELDS = 'id, sensor_id, value, ts AS timestamp';
const NEWEST_FIRST = 'ts DESC, id DESC';

/** What the transaction has stored, for {@link commitOf}. It is one short text, since it is in each row. */
const COMMIT = `(
  SELECT json_build_array(min(id), max(id), count(*), pg_current_xact_id()::text::bigint,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint)::text
  FROM stored) AS commit`;

export function commitOf(text: string): ReadingCommit {
  const [firstId, lastId, readings, xid, horizon] = JSON.parse(text) as number[];
  return { firstId: firstId!, lastId: lastId!, readings: readings!, xid: xid!, horizon: horizon! };
}

/** Stores what is not there yet. @returns the newest of each sensor, of those that were stored */
export const STORE_OF_EVENTS = prepared(`
  WITH stored AS (
    ${insertOf(READINGS_OF_EVENTS)}
    ON CONFLICT ON CONSTRAINT uq_sensor_data_origin DO NOTHING
    RETURNING id, sensor_id, value, ts
  )
  SELECT DISTINCT ON (sensor_id) ${FIELDS}, ${COMMIT}
  FROM stored ORDER BY sensor_id, ${NEWEST_FIRST}`);

/** @returns the ids, in the order of the readings */
export const STORE_OF_REQUEST = prepared(`
  WITH stored AS (${insertOf(READINGS)} RETURNING id)
  SELECT id, ${COMMIT} FROM stored ORDER BY id`);

export const arraysOfEvents = (readings: readonly ReadingOfEvent[]): Buffer[] =>
  READINGS_OF_EVENTS.arraysOf(readings);
export const arraysOfRequest = (readings: readonly Reading[]): Buffer[] => READINGS.arraysOf(readings);

export const BY_IDS = `SELECT ${FIELDS} FROM sensors.sensor_data WHERE id = ANY ($1::bigint[])`;

const newestWhere = (condition: string): string => `
  SELECT id, sensor_id, value, ts FROM sensors.sensor_data WHERE ${condition}
  ORDER BY sensor_id, ${NEWEST_FIRST} LIMIT 1`;

export const LATEST_OF = prepared(`
  SELECT ${FIELDS} FROM unnest($1::text[]) AS asked(sensor) CROSS JOIN LATERAL (${newestWhere('sensor_id = sensor')}) AS newest`);

/** One probe of the index a sensor, however many readings each has. */
export const LATEST_AFTER = `
  WITH RECURSIVE latest AS (
    (SELECT *, 1 AS place FROM (${newestWhere('sensor_id > $1')}) AS first)
    UNION ALL
    SELECT newest.*, place + 1
    FROM latest CROSS JOIN LATERAL (${newestWhere('sensor_id > latest.sensor_id')}) AS newest
    WHERE place < $2
  )
  SELECT ${FIELDS} FROM latest`;
