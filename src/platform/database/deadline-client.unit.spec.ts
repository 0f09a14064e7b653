import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knownFailures } from '../known-failures.js';
import { DeadlineClient, UnreadableAnswerError } from './deadline-client.js';

/** A message of PostgreSQL's protocol: a letter, a length that counts itself, and what it says. */
function message(letter: string, ...fields: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(fields.map((field) => Buffer.from(field)));
  const head = Buffer.alloc(5, letter);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', 'I');
const TERMINATED = message('E', 'SFATAL\0', 'C57P01\0', 'Mterminating connection\0', '\0');

let server: Server;
let pool: pg.Pool;
/** What the server does at the first bytes of a connection, at the next ones, and so on. */
let answers: readonly ((socket: Socket) => void)[];

beforeEach(async () => {
  server = createServer((socket) => {
    let next = 0;
    socket.on('error', () => undefined).on('data', () => answers[next++]?.(socket));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const settings = { host: '127.0.0.1', port, user: 'waybill', database: 'waybill', answerLimitMs: 1_000 };
  // pg's types have a Client without settings of its own.
  const Client = DeadlineClient as unknown as new () => pg.ClientBase;
  pool = new pg.Pool({ ...settings, Client });
});

afterEach(async () => {
  await pool.end();
  await new Promise((closed) => server.close(closed));
});

const says =
  (...messages: Buffer[]) =>
  (socket: Socket): void =>
    void socket.write(Buffer.concat(messages));

describe('a connection that is lost in the moment in which the pool hands it out', () => {
  it('fails the first statement as transient, and nothing else', async () => {
    answers = [(socket) => socket.end(Buffer.concat([AUTHENTICATED, READY, TERMINATED]))];
    const client = await pool.connect();
    const error: unknown = await client.query('SELECT 1').catch((thrown: unknown) => thrown);
    expect(knownFailures().kindOf(error)).toBe('transient');
    client.release();
    expect(pool.totalCount).toBe(0);
  });
});

describe('an answer that pg cannot read', () => {
  const LOGIN_BY_GSSAPI = message('R', Buffer.from([0, 0, 0, 7]));
  const CUT_SHORT = message('A');

  beforeEach(() => void pool.on('error', () => undefined));

  it('fails a login, as one of a kind that pg does not know', async () => {
    answers = [says(LOGIN_BY_GSSAPI)];
    await expect(pool.connect()).rejects.toThrow(/Unknown authenticationOk message type 7/);
  });

  it('fails the statement under way as transient, and its connection is given up', async () => {
    answers = [says(AUTHENTICATED, READY), says(CUT_SHORT)];
    const client = await pool.connect();
    const error: unknown = await client.query('SELECT 1').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnreadableAnswerError);
    expect(knownFailures().kindOf(error)).toBe('transient');
    client.release();
    expect(pool.totalCount).toBe(0);
  });
});
