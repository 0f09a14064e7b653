import type { Failure } from '../failures/failure-classifier.js';
import type { FailureKind } from '../failures/failure-kind.js';

const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * PostgreSQL's SQLSTATE by class (its first two characters). All classes are here, so that a bug is one on purpose.
 * Source: PostgreSQL 18 documentation, appendix A, "PostgreSQL Error Codes".
 *
 * Classes that speak of the server, the account or the schema are transient: no event is to blame for them,
 * and blaming one would send every order to the dead letters while an operator mends the database.
 */
export const SQLSTATE_KINDS: Readonly<Record<string, FailureKind>> = {
  '08': 'transient', // connection exception
  '0P': 'transient', // invalid role
  '25': 'transient', // invalid transaction state, such as a read-only standby
  '26': 'transient', // a prepared statement that a pooler has left on another connection
  '28': 'transient', // invalid authorization
  '3D': 'transient', // the database does not exist
  '3F': 'transient', // the schema does not exist
  '40': 'transient', // transaction rollback: serialization failure, deadlock
  '42': 'transient', // a table or a right is missing
  '53': 'transient', // out of disk, memory or connections
  '55': 'transient', // object in use, lock not available
  '57': 'transient', // cancelled, shut down, crashed
  '58': 'transient', // system error
  F0: 'transient', // configuration file error
  '72': 'transient', // snapshot too old, of PostgreSQL 16 and before
  HV: 'transient', // a foreign server is away
  XX: 'transient', // internal error, such as a corrupted page
  '21': 'permanent', // cardinality violation
  '22': 'permanent', // data exception
  '23': 'permanent', // integrity constraint violation
  '44': 'permanent', // WITH CHECK OPTION violation
  '54': 'permanent', // program limit exceeded
  '00': 'bug', // these four are no errors
  '01': 'bug',
  '02': 'bug',
  '03': 'bug',
  // What follows comes of SQL that the program does not contain: cursors, savepoints, triggers, routines, grants.
  '09': 'bug', // triggered action exception
  '0A': 'bug', // feature not supported
  '0B': 'bug', // invalid transaction initiation
  '0F': 'bug', // locator exception
  '0L': 'bug', // invalid grantor
  '0Z': 'bug', // diagnostics exception
  '10': 'bug', // XQuery error
  '20': 'bug', // case not found
  '24': 'bug', // invalid cursor state
  '27': 'bug', // triggered data change violation
  '2B': 'bug', // dependent privileges still exist
  '2D': 'bug', // invalid transaction termination
  '2F': 'bug', // SQL routine exception
  '34': 'bug', // invalid cursor name
  '38': 'bug', // external routine exception
  '39': 'bug', // external routine invocation exception
  '3B': 'bug', // savepoint exception
  P0: 'bug', // raised by a PL/pgSQL function
};

/** Single SQLSTATEs that are of another kind than their class. */
const SQLSTATE_EXCEPTIONS: Readonly<Record<string, FailureKind>> = {
  '2200H': 'transient', // a sequence is at its end: whatever comes would be refused
};

/** pg and pg-pool say these in words only. */
const TRANSIENT_WORDS = new RegExp(
  [
    'connection terminated',
    'connection ended',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'query read timeout',
    'connection error and is not queryable',
    'client was closed',
    'cannot use a pool after calling end',
    'received unexpected .* message from backend',
    'does not support ssl connections',
    'error establishing an ssl connection',
    '^sasl: ',
  ].join('|'),
  'i',
);

/** Of TypeORM, for a connection that is gone. */
const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  // Said to the statement after the one between which the connection was lost.
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
  // Said while the program stops.
  'CannotExecuteNotConnectedError',
  'ConnectionIsNotSetError',
]);

/** What PostgreSQL, pg and TypeORM say. */
export function classifyDatabaseFailure({ name = '', message = '', code }: Failure): FailureKind | undefined {
  if (TRANSIENT_NAMES.has(name)) return 'transient';
  const byState =
    typeof code === 'string' && SQLSTATE.test(code)
      ? (SQLSTATE_EXCEPTIONS[code] ?? SQLSTATE_KINDS[code.slice(0, 2)])
      : undefined;
  return byState ?? (TRANSIENT_WORDS.test(message) ? 'transient' : undefined);
}
