import { BatchTable, column, INTEGER, TEXT } from '../../platform/database/batch-table.js';
import type { Transaction } from '../../platform/database/database.js';
import type { UserRow } from '../model/user-row.js';

/** A merge ends at whichever comes first. Each takes about a second, of the 25 that a statement may take. */
const ROWS_A_MERGE = 20_000;
/** Of texts; the row that makes them full is merged too. */
const BYTES_A_MERGE = 64 * 1_024 * 1_024;
/** In ASCII: `promo`. */
const IMPORT_LOCK = 0x70_72_6f_6d_6f;

const STAGED = new BatchTable<UserRow>('pg_temp.staged_users', [
  column('line', INTEGER, (row) => row.line),
  column('user_id', TEXT, (row) => row.user_id),
  column('deeplink', TEXT, (row) => row.deeplink),
  column('promo_message', TEXT, (row) => row.promo_message),
]);

const LOCK = 'SELECT pg_try_advisory_xact_lock($1) AS held';

const CREATE = `
  CREATE TEMP TABLE staged_users (
    line          integer                 NOT NULL,
    user_id       varchar(20) COLLATE "C" NOT NULL,
    deeplink      text                    NOT NULL,
    promo_message text                    NOT NULL
  ) ON COMMIT DROP`;

const STAGE = `
  INSERT INTO ${STAGED.name} (${STAGED.columnNames.join(', ')})
  SELECT ${STAGED.columnNames.join(', ')} FROM ${STAGED.unnested('rows')}`;

const INDEX = `CREATE INDEX ON ${STAGED.name} (user_id)`;

/** Sorted without the index, which leads all over a table that is read from end to end sooner. */
const REPEATED = `
  SELECT line, user_id
    FROM (SELECT line, user_id, lag(user_id) OVER (ORDER BY user_id, line) AS id_before FROM ${STAGED.name}) AS staged
   WHERE user_id = id_before
   ORDER BY line
   LIMIT $1`;

/**
 * Rows behind an id, in the order of their ids, which all files have: two of them never wait for each other in a circle.
 * Rows that say what stands there already are not written, nor locked. In the house's own collation an id is found by the
 * primary key. PostgreSQL knows how long a text is without reading it.
 */
const MERGE = `
  WITH piece AS MATERIALIZED (
    SELECT user_id COLLATE "default" AS user_id, deeplink, promo_message
      FROM (
        SELECT *, sum(octet_length(deeplink) + octet_length(promo_message))
                    OVER (ORDER BY user_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
          FROM ${STAGED.name} WHERE user_id > $1 ORDER BY user_id LIMIT ${ROWS_A_MERGE}
      ) AS next_rows
     WHERE coalesce(bytes_before, 0) < ${BYTES_A_MERGE}
  ), written AS (
    INSERT INTO promos.users AS stored (user_id, deeplink, promo_message)
    SELECT user_id, deeplink, promo_message FROM piece
     WHERE NOT EXISTS (
       SELECT FROM promos.users AS same
        WHERE same.user_id = piece.user_id AND same.deeplink = piece.deeplink AND same.promo_message = piece.promo_message)
    ON CONFLICT (user_id) DO UPDATE SET deeplink = excluded.deeplink, promo_message = excluded.promo_message
     WHERE (stored.deeplink, stored.promo_message) IS DISTINCT FROM (excluded.deeplink, excluded.promo_message)
    RETURNING xmax = 0 AS is_new
  )
  SELECT (SELECT max(user_id COLLATE "C") FROM piece) AS "lastId",
         (SELECT count(*)::int FROM piece) AS rows,
         (SELECT count(*)::int FROM written WHERE is_new) AS created,
         (SELECT count(*)::int FROM written WHERE NOT is_new) AS changed`;

/** What came of some rows. */
export interface MergedUsers {
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
}

/** Rows of one file, in a table that ends with its transaction. */
export class StagedUsers {
  private constructor(private readonly tx: Transaction) {}

  /** @returns undefined while the rows of another file are staged, in whatever process */
  static async open(tx: Transaction): Promise<StagedUsers | undefined> {
    const [lock]: { held: boolean }[] = await tx.query(LOCK, [IMPORT_LOCK]);
    if (!lock!.held) return undefined;
    await tx.query(CREATE);
    return new StagedUsers(tx);
  }

  async append(rows: readonly UserRow[]): Promise<void> {
    await this.tx.query(STAGE, STAGED.arraysOf(rows));
  }

  /** The first of those whose id stands in a line before. */
  repeated(limit: number): Promise<Pick<UserRow, 'line' | 'user_id'>[]> {
    return this.tx.query(REPEATED, [limit]);
  }

  /** Writes all rows to the users, some at a time; none has an id twice. */
  async *merge(): AsyncGenerator<MergedUsers> {
    await this.tx.query(INDEX);
    for (let last = ''; ;) {
      const [merged]: (MergedUsers & { lastId: string | null })[] = await this.tx.query(MERGE, [last]);
      const { lastId, ...counts } = merged!;
      if (lastId === null) return;
      yield counts;
      last = lastId;
    }
  }
}
