/**
 * SQLSTATEs that speak of the session or of what it is set to: another one may not have the fault, this one keeps it.
 * Source: PostgreSQL 18 documentation, appendix A, "PostgreSQL Error Codes".
 */
const CLASSES: ReadonlySet<string> = new Set([
  '08', // connection exception
  '0P', // invalid role
  '25', // invalid transaction state: read-only after a failover, a transaction that failed and was not ended
  '26', // a prepared statement that a pooler has left on another connection
  '28', // invalid authorization
  '3D', // the database is gone
  '3F', // a schema is gone
  '58', // system error
  'F0', // configuration file error
  'XX', // internal error
]);

const STATES: ReadonlySet<string> = new Set([
  // A session keeps the search path and the role that it was opened with.
  '42P01', // no such table
  '42501', // insufficient privilege
  '42704', // no such object
  '42883', // no such function
  '53200', // out of memory, which a new session does not hold
  '57P01', // ended by an operator
  '57P02', // ended since another one crashed
  '57P03', // cannot connect now
  '57P04', // the database was dropped
  '57P05', // idle for too long
]);

/** Whether an error says that its session is no good. */
export function isSessionFault(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && (CLASSES.has(code.slice(0, 2)) || STATES.has(code));
}
