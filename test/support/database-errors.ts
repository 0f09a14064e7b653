import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An error as PostgreSQL logged it. */
export interface DatabaseError {
  /** `42601` */
  sqlstate: string;
  /** `ERROR:  syntax error at or near "some"` */
  message: string;
}

/** By `log_line_prefix` of `server-settings.ts`, whose `%e` is the SQLSTATE. */
const ERROR_LINE = /^.*\[\d+\] ([0-9A-Z]{5}) ((?:ERROR|FATAL|PANIC): .*)$/gm;

/** What every start and stop of a server may bring about. */
const OF_ANY_RUN: readonly RegExp[] = [
  /^57P01 /, // admin_shutdown: a session that was open when the server stopped
  /^57P03 /, // cannot_connect_now: somebody asked before the server had come up
  /^57014 FATAL: /, // query_canceled: the same as the first, of a session that was still logging in
  // What is counted, found or sorted for a second or two and no longer, on a machine that stalls: whoever has asked is told.
  /^57014 ERROR: .*due to statement timeout/,
];

const allowed = new Set<string>();

/**
 * To be called at the top of a spec that brings errors of PostgreSQL about on purpose, with their SQLSTATEs. Any other
 * that a program's embedded server logs fails the spec: such an error is a bug that somebody has swallowed.
 */
export function expectDatabaseErrors(...sqlstates: string[]): void {
  for (const sqlstate of sqlstates) allowed.add(sqlstate);
}

/** All errors in the log of an embedded server. */
export function databaseErrors(dataDir: string): DatabaseError[] {
  const path = join(dataDir, 'postgres.log');
  if (!existsSync(path)) return [];
  return [...readFileSync(path, 'utf8').matchAll(ERROR_LINE)].map(([, sqlstate, message]) => ({
    sqlstate: sqlstate!,
    message: message!,
  }));
}

/** @throws Error when an embedded server has logged errors that this spec does not expect */
export function requireNoOtherDatabaseErrors(dataDir: string): void {
  const others = databaseErrors(dataDir)
    .filter(({ sqlstate }) => !allowed.has(sqlstate))
    .map(({ sqlstate, message }) => `${sqlstate} ${message}`)
    .filter((error) => !OF_ANY_RUN.some((pattern) => pattern.test(error)));
  if (others.length === 0) return;
  const lines = [...new Set(others)].join('\n  ');
  throw new Error(`PostgreSQL logged errors that expectDatabaseErrors does not name:\n  ${lines}`);
}
