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

const columnsOf = <Row>(readingOf: (row: Row) => Reading): Column<Row>[] => [
  column('sensor_id', TEXT, (row: Row) => readingOf(row).sensor_id),
  column('value', DOUBLE, (row: Row) => readingOf(row).value),
  column('ts', BIGINT, (row: Row) => readingOf(row).timestamp),
];

const READINGS = new BatchTable<Reading>(
  'sensors.sensor_data',
  columnsOf((reading: Reading) => reading),
);

/** What has come on the topic. */
interface WithOrigin {
  readonly origin: Origin;
}

const TOPIC_COLUMNS: readonly Column<WithOrigin>[] = [
  column('topic', TEXT, ({ origin }) => origin.topic),
  column('partition', INTEGER, ({ origin }) => origin.partition),
];
const OFFSET_COLUMNS: readonly Column<WithOrigin>[] = [
  column('"offset"', INT64, ({ origin }) => int64Of(origin.offset)),
  // A topic that was made anew counts its offsets from 0 again.
  column('event_time', TIMESTAMPTZ, ({ origin }) => columnTimeUs(origin)),
];
export const ORIGIN_COLUMNS = [...TOPIC_COLUMNS, ...OFFSET_COLUMNS];

const OF_PARTITION: readonly Column<ReadingOfEvent>[] = [
  ...columnsOf(({ reading }: ReadingOfEvent) => reading),
  ...OFFSET_COLUMNS,
];
const READINGS_OF_PARTITION = new BatchTable<ReadingOfEvent>('sensors.sensor_data', OF_PARTITION);
const READINGS_OF_EVENTS = new BatchTable<ReadingOfEvent>('sensors.sensor_data', [
  ...OF_PARTITION,
  ...TOPIC_COLUMNS,
]);

export const ORIGIN_CONSTRAINT = 'uq_sensor_data_origin';

const insertOf = <Row>(table: BatchTable<Row>): string => {
  const columns = table.columnNames.join(', ');
  return `INSERT INTO ${table.name} (${columns}) SELECT ${columns} FROM ${table.unnested('e')} ORDER BY e.place`;
};

/** As `StoredReading` has them. */
export const FIELDS = 'id, sensor_id, value, ts AS timestamp';
const NEWEST_FIRST = 'ts DESC, id DESC';

/** What the transaction has stored, for {@link commitOf}. It is one short text, since it may be in each row. */
const COMMIT = `(
  SELECT json_build_array(min(id), max(id), count(*), pg_current_xact_id()::text::bigint,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint)::text
  FROM stored) AS commit`;

/** @returns undefined where nothing was stored */
export function commitOf(text: string): ReadingCommit | undefined {
  const [firstId, lastId, readings, xid, horizon] = JSON.parse(text) as number[];
  if (readings === 0) return undefined;
  return { firstId: firstId!, lastId: lastId!, readings: readings!, xid: xid!, horizon: horizon! };
}

/** Stores what is not there yet. */
export const STORE_WHAT_IS_MISSING = prepared(`
  WITH stored AS (
    ${insertOf(READINGS_OF_EVENTS)}
    ON CONFLICT ON CONSTRAINT ${ORIGIN_CONSTRAINT} DO NOTHING
    RETURNING id
  )
  SELECT ${COMMIT}`);

/** Topic, partition, first and last offset. */
const PARAMETERS_OF_PARTITION = 4;
const COLUMNS_OF_PARTITION = READINGS_OF_PARTITION.columnNames.join(', ');

/**
 * Stores all, or nothing where any of these offsets is there already. ON CONFLICT would look each reading up and write of
 * each that it is no conflict, which costs a third of the whole statement.
 *
 * @returns the ids as one text, in the order of the readings; null where nothing was stored
 * @throws a violation of uq_sensor_data_origin when another process is storing the same
 */
export const STORE_ALL_NEW = prepared(`
  WITH stored AS (
    INSERT INTO ${READINGS_OF_PARTITION.name} (${COLUMNS_OF_PARTITION}, topic, partition)
    SELECT ${COLUMNS_OF_PARTITION}, $1::text, $2::integer
    FROM ${READINGS_OF_PARTITION.unnested('e', PARAMETERS_OF_PARTITION)}
    WHERE NOT EXISTS (
      SELECT FROM sensors.sensor_data AS held
      WHERE held.topic = $1::text AND held.partition = $2::integer
        AND held."offset" BETWEEN $3::bigint AND $4::bigint)
    ORDER BY e.place
    RETURNING id
  )
  SELECT string_agg(id::text, ',' ORDER BY id) AS ids, ${COMMIT} FROM stored`);

/** @returns the ids, in the order of the readings */
export const STORE_OF_REQUEST = prepared(`
  WITH stored AS (${insertOf(READINGS)} RETURNING id)
  SELECT id, ${COMMIT} FROM stored ORDER BY id`);

export const arraysOfPartition = (readings: readonly ReadingOfEvent[]): Buffer[] =>
  READINGS_OF_PARTITION.arraysOf(readings);
export const arraysOfEvents = (readings: readonly ReadingOfEvent[]): Buffer[] =>
  READINGS_OF_EVENTS.arraysOf(readings);
export const arraysOfRequest = (readings: readonly Reading[]): Buffer[] => READINGS.arraysOf(readings);

export const BY_IDS = `SELECT ${FIELDS} FROM sensors.sensor_data WHERE id = ANY ($1::bigint[]) AND topic IS NULL`;

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
  SELECT ${FIELDS} FROM latest ORDER BY place`;
