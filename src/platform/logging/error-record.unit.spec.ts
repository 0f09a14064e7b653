import { describe, expect, it } from 'vitest';
import { QueryFailedError } from 'typeorm';
import pg from 'pg';
import { SimpleError } from 'redis';
import { errorRecord } from './error-record.js';
import { createLogger, NestLogger } from './logger.js';

const PHONE = '+972-555-0101';

function databaseError(code: string, message: string): pg.DatabaseError {
  const error = new pg.DatabaseError(message, 100, 'error');
  return Object.assign(error, {
    code,
    detail: `Key (phone)=(${PHONE}) already exists.`,
    where: `COPY deliveries, line 1: "${PHONE}"`,
    hint: PHONE,
    internalQuery: `SELECT '${PHONE}'`,
    table: 'deliveries',
    constraint: 'pk_deliveries',
  });
}

function jsonError(): unknown {
  try {
    return JSON.parse(`{"phone": ${PHONE}}`);
  } catch (error) {
    return error;
  }
}

/** Node's own. */
function argumentError(): unknown {
  try {
    return Buffer.from({ phone: PHONE } as unknown as string);
  } catch (error) {
    return error;
  }
}

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe('an error, as a log has it', () => {
  it('names what failed and where, without the parameters of the statement and the details of the driver', () => {
    const cause = databaseError('23505', 'duplicate key value violates unique constraint "pk_deliveries"');
    const record = errorRecord(new QueryFailedError('INSERT INTO deliveries', [PHONE], cause));
    expect(record).toMatchObject({
      type: 'QueryFailedError',
      code: '23505',
      table: 'deliveries',
      constraint: 'pk_deliveries',
      cause: { type: 'DatabaseError', code: '23505' },
    });
    expect(record.stack).toContain('error-record.unit.spec.ts');
    expect(JSON.stringify(record)).not.toContain(PHONE);
    expect(JSON.stringify(record)).not.toContain('INSERT');
  });

  it.each<[string, unknown]>([
    [
      'a value that PostgreSQL cannot read',
      databaseError('22P02', `invalid input syntax for type integer: "${PHONE}"`),
    ],
    [
      'one with quotes and lines in it',
      databaseError('22007', `invalid input: "a "b"\n    at ${PHONE}:1:1\n"`),
    ],
    ['what a trigger says', databaseError('P0001', `no such phone ${PHONE}`)],
    ['text that is no JSON', jsonError()],
    ['an argument', argumentError()],
    [
      'a message of Kafka',
      named('KafkaJSNonRetriableError', `Invalid message for topic "orders": {"key":"${PHONE}"}`),
    ],
    ['a command of Redis', new SimpleError(`ERR unknown command 'X', with args beginning with: '${PHONE}'`)],
    [
      'causes',
      new Error('outer', { cause: new Error('inner', { cause: databaseError('22001', `"${PHONE}"`) }) }),
    ],
    ['several at once', new AggregateError([databaseError('22001', `too long: "${PHONE}"`)], 'all failed')],
    [
      'properties',
      Object.assign(new Error('x'), { parameters: [PHONE], body: PHONE, config: { data: PHONE } }),
    ],
    ['a circle', circle()],
  ])('never quotes %s', (_, error) => {
    const lines: string[] = [];
    const log = createLogger('trace', { write: (line) => lines.push(line) });
    log.warn({ err: error }, 'it failed');
    log.error(error as Error);
    log.error({ err: error });
    new NestLogger(log).error(error, 'Context');
    // As Nest does when a hook fails while it stops.
    new NestLogger(log).error(error, (error as Error).stack);
    expect(lines.join('')).not.toContain(PHONE);
    expect(lines).toHaveLength(5);
  });

  it('never quotes what was thrown and is no error', () => {
    expect(
      JSON.stringify([PHONE, [PHONE], { phone: PHONE }, undefined, null].map((one) => errorRecord(one))),
    ).not.toContain(PHONE);
  });

  it('keeps the words of what has nothing to do with data', () => {
    const missing = databaseError('42P01', 'relation "orders" does not exist');
    expect(errorRecord(missing).message).toBe('relation "orders" does not exist');
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
    expect(errorRecord(refused)).toMatchObject({ code: 'ECONNREFUSED', message: refused.message });
    expect(errorRecord(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })).message).toBe(
      'write EPIPE',
    );
  });
});

function circle(): Error {
  const error = new Error('round');
  return Object.assign(error, { cause: error, phone: PHONE });
}
