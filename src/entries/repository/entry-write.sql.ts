import {
  BatchTable,
  BIGINT,
  BYTEA,
  column,
  INT64,
  TEXT,
  TIMESTAMPTZ,
} from '../../platform/database/batch-table.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { type SourcePosition, sourceTimeUs } from '../../platform/messaging/source-position.js';
import type { EntryWrite } from '../model/entry-write.js';

/** A write as it is stored. */
export interface WriteToStore extends EntryWrite {
  /** When the value ends, in microseconds since the Unix epoch, where that was settled before it is stored. */
  readonly endsAtUs?: number | undefined;
  /** When a write that has waited was accepted. It does not win over one that was made since without waiting. */
  readonly acceptedAtUs?: number | undefined;
  /** The event that it is stored from. */
  readonly source?: SourcePosition;
  /** Those right before it of the same key, of which nobody will see the values; each has a version all the same. */
  readonly earlier?: readonly SourcePosition[];
}

/** ETags hold no space. */
const listed = (etags: '*' | readonly string[] | undefined): string | undefined =>
  typeof etags === 'object' ? etags.join(' ') : etags;

const bigintOf = (us: number | undefined): bigint | undefined => (us === undefined ? undefined : BigInt(us));

const positionsOf = ({ source, earlier = [] }: WriteToStore): readonly SourcePosition[] =>
  source === undefined ? [] : [...earlier, source];

/** Senders have clocks of their own, so the last one need not have the latest time. */
function latest(positions: readonly SourcePosition[]): bigint | undefined {
  let at: bigint | undefined;
  for (const position of positions) {
    const us = sourceTimeUs(position);
    if (at === undefined || us > at) at = us;
  }
  return at;
}

const offsetsOf = (positions: readonly SourcePosition[]): string | undefined =>
  positions.length > 1 ? positions.map(({ offset }) => offset).join(' ') : undefined;

const firstTime = (positions: readonly SourcePosition[]): bigint | undefined =>
  positions.length > 1 ? sourceTimeUs(positions[0]!) : undefined;

const WRITES = new BatchTable<WriteToStore>('entries.cache_entries', [
  column('instance_id', BYTEA, ({ instance }) => instance),
  column('key', BYTEA, ({ key }) => key),
  column('value', BYTEA, ({ content }) => content?.value),
  column('content_type', TEXT, ({ content }) => content?.contentType),
  column('metadata', TEXT, ({ content }) => content?.metadata),
  column('ttl_seconds', BIGINT, ({ content }) => content?.ttlSeconds),
  column('written_at', TIMESTAMPTZ, ({ writtenAtUs }) => bigintOf(writtenAtUs)),
  column('if_match', TEXT, ({ ifMatch }) => listed(ifMatch)),
  column('if_none_match', TEXT, ({ ifNoneMatch }) => listed(ifNoneMatch)),
  column('new_ends_at', TIMESTAMPTZ, ({ endsAtUs }) => bigintOf(endsAtUs)),
  column('accepted_at', TIMESTAMPTZ, ({ acceptedAtUs }) => bigintOf(acceptedAtUs)),
  column('source', TEXT, ({ source }) => source?.stream),
  column('source_offset', INT64, ({ source }) => source && BigInt(source.offset)),
  column('source_time', TIMESTAMPTZ, (write) => latest(positionsOf(write))),
  column('offsets', TEXT, (write) => offsetsOf(positionsOf(write))),
  column('first_time', TIMESTAMPTZ, (write) => firstTime(positionsOf(write))),
]);

export const parametersOf = (writes: readonly WriteToStore[]): Buffer[] => WRITES.arraysOf(writes);

/** A column of type timestamptz in microseconds since the Unix epoch. */
export const microseconds = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;

/** `etagOf` in SQL. */
const ETAG = `'"' || held.version || '-' || ${microseconds('held.created_at')} || '"'`;

const STORED_COLUMNS = `instance_id, key, version, value, content_type, metadata, ttl_seconds, created_at, updated_at,
       written_at, ends_at, source, source_offset, source_time`;

const insertWhere = (condition: string): string => `
    INSERT INTO entries.cache_entries AS stored (${STORED_COLUMNS})
    SELECT instance_id, key, coalesce(held_version, 0) + times, value, content_type, metadata, ttl_seconds,
           CASE WHEN is_alive OR value IS NULL THEN coalesce(held_created_at, at) ELSE at END, at,
           coalesce(written_at, accepted_at, at),
           CASE WHEN value IS NULL THEN at WHEN new_ends_at IS NOT NULL THEN new_ends_at
                WHEN ttl_seconds > 0 THEN at + ttl_seconds * interval '1 second' END,
           source, source_offset, CASE WHEN is_same_source THEN greatest(source_time, held_time) ELSE source_time END
      FROM judged WHERE outcome IN ('created', 'replaced', 'deleted') AND ${condition}
     ORDER BY place`;

const RETURNING =
  'RETURNING stored.instance_id, stored.key, stored.version, stored.created_at, stored.updated_at, stored.ends_at';

/**
 * Judges each write by how its key stands, and makes it. Rows that are there are locked first, in the order of the batch,
 * in which no key may stand twice. A key that nobody had, and that somebody else has stored meanwhile, is not written:
 * its outcome is a write without a version, and all has to be judged again.
 *
 * An event was stored before when the row is of its partition, and of an offset no lower. The time is compared too, since a
 * topic that was made anew counts its offsets from 0 again, and its events are later. A row without a source was written by
 * a request, after all that had been accepted until then. A row of another partition is from before partitions were added, or
 * was moved there by that: then the time tells.
 */
export const WRITE = prepared(`
  WITH batch AS MATERIALIZED (SELECT * FROM ${WRITES.unnested('b')}),
  held AS MATERIALIZED (
    SELECT batch.place, found.*
      FROM batch CROSS JOIN LATERAL (
        SELECT version, value IS NOT NULL AS has_value, created_at, updated_at, entry.written_at AS held_written_at, ends_at,
               entry.source AS held_source, entry.source_offset AS held_offset, entry.source_time AS held_time
          FROM entries.cache_entries AS entry
         WHERE entry.instance_id = batch.instance_id AND entry.key = batch.key
         LIMIT 1 FOR UPDATE
      ) AS found
  ),
  known AS MATERIALIZED (
    SELECT batch.*, held.version AS held_version, held.created_at AS held_created_at, held_written_at,
           held.updated_at AS held_updated_at, held_source, held_offset, held_time,
           coalesce(held_source = source AND held_time >= coalesce(first_time, source_time), false) AS is_same_source,
           coalesce(has_value AND (ends_at IS NULL OR ends_at > statement_timestamp()), false) AS is_alive,
           ${ETAG} AS etag,
           greatest(statement_timestamp(), held.updated_at + interval '1 microsecond') AS at
      FROM batch LEFT JOIN held USING (place)
  ),
  judged AS MATERIALIZED (
    SELECT known.*,
           CASE
             WHEN offsets IS NULL THEN 1
             WHEN is_same_source
               THEN (SELECT count(*) FROM unnest(string_to_array(offsets, ' ')::bigint[]) AS o WHERE o > held_offset)
             ELSE cardinality(string_to_array(offsets, ' '))
           END AS times,
           CASE
             WHEN is_same_source AND held_offset >= source_offset THEN 'repeated'
             WHEN written_at < held_written_at THEN 'outdated'
             WHEN held_source IS NULL AND accepted_at < held_updated_at THEN 'outdated'
             WHEN held_source <> source AND accepted_at < held_written_at THEN 'outdated'
             WHEN if_match IS NOT NULL AND NOT is_alive THEN 'mismatched'
             WHEN if_match <> '*' AND etag <> ALL (string_to_array(if_match, ' ')) THEN 'mismatched'
             WHEN is_alive AND (if_none_match = '*' OR etag = ANY (string_to_array(if_none_match, ' '))) THEN 'mismatched'
             WHEN value IS NOT NULL THEN CASE WHEN is_alive THEN 'replaced' ELSE 'created' END
             WHEN is_alive THEN 'deleted'
             ELSE 'absent'
           END AS outcome
      FROM known
  ),
  updated AS (
    ${insertWhere('held_version IS NOT NULL')}
    ON CONFLICT (instance_id, key) DO UPDATE SET
      version = EXCLUDED.version, value = EXCLUDED.value, content_type = EXCLUDED.content_type,
      metadata = EXCLUDED.metadata, ttl_seconds = EXCLUDED.ttl_seconds, created_at = EXCLUDED.created_at,
      updated_at = EXCLUDED.updated_at, written_at = EXCLUDED.written_at, ends_at = EXCLUDED.ends_at,
      source = EXCLUDED.source, source_offset = EXCLUDED.source_offset, source_time = EXCLUDED.source_time
    ${RETURNING}
  ),
  inserted AS (
    ${insertWhere('held_version IS NULL')}
    ON CONFLICT DO NOTHING
    ${RETURNING}
  ),
  written AS (SELECT * FROM updated UNION ALL SELECT * FROM inserted)
  SELECT outcome, coalesce(written.version, held_version) AS version, ${microseconds('written.created_at')} AS created_at_us,
         ${microseconds('written.updated_at')} AS updated_at_us, ${microseconds('written.ends_at')} AS ends_at_us,
         (SELECT epoch FROM entries.redis_epoch) AS epoch
    FROM judged LEFT JOIN written USING (instance_id, key)
   ORDER BY place`);

/** What became of each write, in the order of the batch. */
export interface WriteRow {
  readonly outcome: 'created' | 'replaced' | 'deleted' | 'absent' | 'mismatched' | 'outdated' | 'repeated';
  /** Of what was written, and where nothing was, of what is there; null where there is no row, or somebody else has made it. */
  readonly version: number | null;
  readonly created_at_us: number | null;
  readonly updated_at_us: number | null;
  readonly ends_at_us: number | null;
  /** What the keys in Redis begin with, as the statement has seen it. */
  readonly epoch: number;
}
