import { answeredWithin } from './answer-limits.js';

/**
 * What every session of ours is set to, whatever the server, the database or the role says. It is set by a statement once
 * the session is open, since PgBouncer refuses most parameters of a connection's start.
 *
 * SQL of ours does not depend on these where it can be written so, because a pooler that shares sessions between
 * transactions loses them; what is pinned is a second line then. Not pinned is what an operator may want of us, such as
 * `default_transaction_read_only`, `search_path` or `synchronous_commit`.
 */
const PINNED: Readonly<Record<string, string>> = {
  // How values are written and read.
  client_encoding: 'UTF8',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // What a transaction sees, and what a row that is deleted takes along.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  session_replication_role: 'origin',
  // Limits that are not ours would end what ours allow.
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // A prepared statement keeps its plan while its tables grow from a few rows to millions. For a few rows PostgreSQL finds it
  // cheapest to read the table from end to end, and a look-up of 1,000 orders then took 15 s instead of 25 ms until the
  // next ANALYZE. A statement that has no index to use is reckoned so dear then that it would be compiled.
  enable_seqscan: 'off',
  jit: 'off',
  // As on solid state and in memory, where a random read costs hardly more than one in sequence: the items of an order come in
  // the order of their index then, and are not sorted.
  random_page_cost: '1.1',
  plan_cache_mode: 'auto',
};

/** How long a session may take for things, in milliseconds; 0 is for as long as it takes. */
export interface SessionLimits {
  readonly statementMs: number;
  /** For a lock that somebody else holds. */
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
}

/** A session's own note that it is pinned, which goes wherever its settings go. */
const MARK = 'waybill.pinned';

/** What a session says of itself. */
export interface SessionState {
  /** It can write nothing: a standby, or one that was opened while the database was read-only. */
  readonly isReadOnly: boolean;
  /** There is a schema of ours on its search path. */
  readonly seesTables: boolean;
  readonly isPinned: boolean;
}

export interface OpenedSession extends SessionState {
  readonly serverEncoding: string;
  /** `180004` */
  readonly serverVersion: number;
}

const LOOK = `
  (current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery()) AS "isReadOnly",
  to_regclass('migrations') IS NOT NULL AS "seesTables",
  coalesce(current_setting('${MARK}', true), '') = 'yes' AS "isPinned"`;

/** Reads no table. Whoever wants the session waits for it, and can have another. */
const LOOK_LIMIT_MS = 2_000;

/** For {@link SessionState}. */
export const LOOK_AT_SESSION = answeredWithin(LOOK_LIMIT_MS, `SELECT ${LOOK}`);

/**
 * Two statements in one message, the second of which answers with an {@link OpenedSession}. A setting that this version of PostgreSQL does not
 * know is left out, and so is one that has its value: it may be one that the role has no right to set.
 */
export function openSession({ statementMs, lockMs, idleInTransactionMs }: SessionLimits): string {
  const settings = {
    ...PINNED,
    statement_timeout: String(statementMs),
    lock_timeout: String(lockMs),
    idle_in_transaction_session_timeout: String(idleInTransactionMs),
  };
  const rows = Object.entries(settings).map(([name, value]) => `('${name}', '${value}')`);
  return `
    SELECT set_config(name, value, false) FROM (VALUES ${rows.join(', ')}, ('${MARK}', 'yes')) AS pins(name, value)
    WHERE name = '${MARK}' OR current_setting(name, true) <> value;
    SELECT ${LOOK}, current_setting('server_encoding') AS "serverEncoding",
           current_setting('server_version_num')::int AS "serverVersion"`;
}
