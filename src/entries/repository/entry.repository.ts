import { Injectable } from '@nestjs/common';
import { answeredWithin } from '../../platform/database/answer-limits.js';
import { Database } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { BatchTable, BYTEA, column } from '../../platform/database/batch-table.js';
import type { EntryKey } from '../model/entry-key.js';
import type { StoredEntry } from '../model/stored-entry.js';
import { microseconds } from './entry-write.sql.js';

/** Those that come meanwhile wait for its connection. */
const FIND_LIMIT_MS = 2_000;
const NEWEST_LIMIT_MS = 5_000;
/** Of values a query reads so many bytes, and the value that makes them full. */
const MAX_BYTES_A_QUERY = 4 * 1_024 * 1_024;

/** A bigint of microseconds since the Unix epoch as a timestamptz; to_timestamp takes a double, which is not as exact. */
const timestampOf = (us: string): string =>
  `('epoch'::timestamptz + ${us}::bigint * interval '1 microsecond')`;

const ASKED = new BatchTable<EntryKey>('asked', [
  column('instance_id', BYTEA, ({ instance }) => instance),
  column('key', BYTEA, ({ key }) => key),
]);

const FIELDS = `version, value, content_type, metadata, ttl_seconds,
       ${microseconds('created_at')} AS created_at_us, ${microseconds('updated_at')} AS updated_at_us,
       ${microseconds('ends_at')} AS ends_at_us, ${microseconds('written_at')} AS written_at_us`;

/** PostgreSQL knows how long a value is without reading it, but for one that it has compressed. */
const FIND = answeredWithin(
  FIND_LIMIT_MS,
  prepared(`
  SELECT place::int, pg_is_in_recovery() AS is_standby, ${FIELDS}
    FROM (
      SELECT asked.place, found.*,
             sum(coalesce(octet_length(found.value), 0)) OVER (ORDER BY asked.place ROWS UNBOUNDED PRECEDING)
               - coalesce(octet_length(found.value), 0) AS bytes_before
        FROM ${ASKED.unnested('asked')}
        LEFT JOIN LATERAL (
          SELECT * FROM entries.cache_entries AS entry
           WHERE entry.instance_id = asked.instance_id AND entry.key = asked.key LIMIT 1
        ) AS found ON true
    ) AS summed
   WHERE bytes_before < ${MAX_BYTES_A_QUERY}
   ORDER BY place`),
);

/** Those behind $1, $2 and $3, or all, the newest first, as far as their bytes go. */
const NEWEST = answeredWithin(
  NEWEST_LIMIT_MS,
  `
  SELECT instance_id, key, pg_is_in_recovery() AS is_standby, ${FIELDS}
    FROM (
      SELECT *, sum(octet_length(value)) OVER (ORDER BY updated_at DESC, instance_id DESC, key DESC
                                               ROWS UNBOUNDED PRECEDING) - octet_length(value) AS bytes_before
        FROM (
          SELECT * FROM entries.cache_entries
           WHERE ($1::bigint IS NULL
                  OR updated_at <= ${timestampOf('$1')}
                     AND (updated_at, instance_id, key) < (${timestampOf('$1')}, $2::bytea, $3::bytea))
             AND value IS NOT NULL AND (ends_at IS NULL OR ends_at > statement_timestamp())
           ORDER BY updated_at DESC, instance_id DESC, key DESC LIMIT $4
        ) AS some_entries
    ) AS newest
   WHERE bytes_before < ${MAX_BYTES_A_QUERY}
   ORDER BY updated_at DESC, instance_id DESC, key DESC`,
);

interface FoundRow {
  readonly version: number | null;
  readonly value: Buffer | null;
  readonly content_type: string | null;
  readonly metadata: string | null;
  readonly ttl_seconds: number | null;
  readonly created_at_us: number;
  readonly updated_at_us: number;
  readonly ends_at_us: number | null;
  readonly written_at_us: number | null;
}

interface NewestRow extends FoundRow {
  readonly instance_id: Buffer;
  readonly key: Buffer;
  readonly is_standby: boolean;
}

/** How some keys stand. */
export interface FoundEntries {
  /** Of the first keys; undefined where there is no row. */
  readonly entries: readonly (StoredEntry | undefined)[];
  /** Of each of them X-Write-Timestamp, when it was accepted, or when it was stored. */
  readonly writtenAtUs: readonly (number | undefined)[];
  /** Whether the primary has said so. What a standby says may be older than what was answered already. */
  readonly isCurrent: boolean;
}

/** Entries in PostgreSQL. Throws what PostgreSQL or the network says. */
@Injectable()
export class EntryRepository {
  constructor(private readonly database: Database) {}

  /** How the first of these keys stand, as many as fit into a bound of bytes, one at least. */
  async find(keys: readonly EntryKey[]): Promise<FoundEntries> {
    const rows = await this.database.source.query<(FoundRow & { is_standby: boolean })[]>(
      FIND,
      ASKED.arraysOf(keys),
    );
    return {
      entries: rows.map((row, index) => entryOf(keys[index]!, row)),
      writtenAtUs: rows.map((row) => row.written_at_us ?? undefined),
      isCurrent: !rows[0]!.is_standby,
    };
  }

  /**
   * Those with a value that were written last, the newest first, as many as fit into a bound of bytes, one at least.
   *
   * @param after the last one of those before; undefined: from the newest on
   */
  async newest(limit: number, after?: StoredEntry): Promise<StoredEntry[]> {
    const rows = await this.database.source.query<NewestRow[]>(NEWEST, [
      after?.updatedAtUs ?? null,
      after === undefined ? null : Buffer.from(after.instance),
      after === undefined ? null : Buffer.from(after.key),
      limit,
    ]);
    // What a standby says may be older than what was answered already.
    if (rows[0]?.is_standby) return [];
    return rows.map((row) =>
      entryOf({ instance: row.instance_id.toString(), key: row.key.toString() }, row)!,
    );
  }
}

function entryOf({ instance, key }: EntryKey, row: FoundRow): StoredEntry | undefined {
  if (row.version === null) return undefined;
  const { version, value, created_at_us: createdAtUs, updated_at_us: updatedAtUs } = row;
  const content =
    value === null
      ? undefined
      : {
          value,
          contentType: row.content_type ?? undefined,
          metadata: row.metadata ?? undefined,
          ttlSeconds: row.ttl_seconds ?? undefined,
        };
  return { instance, key, version, createdAtUs, updatedAtUs, endsAtUs: row.ends_at_us ?? undefined, content };
}
