import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { EntryKey } from '../model/entry-key.js';

/** Some milliseconds of work. */
const ROWS_A_STEP = 1_000;

const some = (condition: string): string => `
    SELECT instance_id, key FROM entries.cache_entries
     WHERE ${condition} ORDER BY ends_at LIMIT ${ROWS_A_STEP} FOR UPDATE SKIP LOCKED`;

/** What has ended becomes a tombstone, whose version goes on. */
const END = `
  WITH ended AS (${some('value IS NOT NULL AND ends_at < statement_timestamp()')}),
  swept AS (
    UPDATE entries.cache_entries AS entry
       SET value = NULL, content_type = NULL, metadata = NULL, ttl_seconds = NULL
      FROM ended WHERE entry.instance_id = ended.instance_id AND entry.key = ended.key
    RETURNING 1
  )
  SELECT count(*)::int AS rows FROM swept`;

const FORGET = `
  WITH old AS (${some("value IS NULL AND ends_at < statement_timestamp() - $1 * interval '1 day'")}),
  forgotten AS (
    DELETE FROM entries.cache_entries AS entry
     USING old WHERE entry.instance_id = old.instance_id AND entry.key = old.key
    RETURNING entry.instance_id, entry.key
  )
  SELECT instance_id, key FROM forgotten`;

/** Removes what has ended, a bounded number of rows a step. Throws what PostgreSQL or the network says. */
@Injectable()
export class EntrySweepRepository {
  /** Rows of one step at most. */
  readonly rowsAStep = ROWS_A_STEP;

  constructor(private readonly database: Database) {}

  /** @returns values that were removed */
  async end(): Promise<number> {
    const [row] = await this.database.source.query<{ rows: number }[]>(END);
    return row!.rows;
  }

  /** @returns the keys whose tombstones were removed, and whose versions begin anew */
  async forget(tx: Transaction, days: number): Promise<EntryKey[]> {
    const rows = await tx.query<{ instance_id: Buffer; key: Buffer }[]>(FORGET, [days]);
    return rows.map((row) => ({ instance: row.instance_id.toString(), key: row.key.toString() }));
  }
}
