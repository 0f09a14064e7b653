import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { knownFailures } from '../known-failures.js';
import { answeredWithin } from './answer-limits.js';
import { Database, type DatabaseOptions } from './database.js';

/** Whatever is asked before the silence has to be answered within it, on a machine that may stall. */
const ANSWER_LIMIT_MS = 1_500;
/** Far from the limit, for a slow machine, and far from the 30 s that are the default. */
const SOON_MS = 12_000;

let house: WaybillDatabase;
let proxy: TcpProxy;
let opened: Database[];

beforeEach(async () => {
  house = await openWaybillDatabase();
  proxy = await TcpProxy.open(house.connection.port);
  opened = [];
});

afterEach(async () => {
  for (const database of opened) await database.close();
  await proxy.close();
  await house.drop();
});

async function openThroughProxy(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = new Database({ ...house.options, answerLimitMs: ANSWER_LIMIT_MS, ...options });
  opened.push(database);
  await database.open({ ...house.connection, host: '127.0.0.1', port: proxy.port });
  return database;
}

/** What the work throws, and after how long. */
async function failureOf(work: Promise<unknown>): Promise<{ error: unknown; afterMs: number }> {
  const startedAt = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, afterMs: performance.now() - startedAt };
}

const ask = (database: Database): Promise<unknown> => database.source.query('SELECT 1 AS one');

describe('a database that falls silent', () => {
  it('in a transaction: it fails as transient, its connection is gone, and the next one works', async () => {
    const database = await openThroughProxy({ poolSize: 1 });
    const { error, afterMs } = await failureOf(
      database.transaction(async (tx) => {
        await tx.query('SELECT 1');
        proxy.mute();
        await tx.query('SELECT 2');
      }),
    );
    expect(error).toMatchObject({ driverError: { name: 'DatabaseSilentError' } });
    expect(knownFailures().kindOf(error)).toBe('transient');
    // Once the limit, and not once more for the ROLLBACK of a connection that cannot hear it.
    expect(afterMs).toBeLessThan(SOON_MS);
    proxy.speak();
    expect(await database.transaction((tx) => tx.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  it('on a statement of its own: the same', async () => {
    const database = await openThroughProxy({ poolSize: 1 });
    proxy.mute();
    const { error, afterMs } = await failureOf(ask(database));
    expect(knownFailures().kindOf(error)).toBe('transient');
    expect(afterMs).toBeLessThan(SOON_MS);
    proxy.speak();
    expect(await ask(database)).toEqual([{ one: 1 }]);
  });

  it('on a statement with a deadline of its own: soon, whatever other answers may take', async () => {
    const statement = answeredWithin(ANSWER_LIMIT_MS, 'SELECT 1 AS mine');
    const database = await openThroughProxy({ poolSize: 1, answerLimitMs: 60_000 });
    proxy.mute();
    const { error, afterMs } = await failureOf(database.source.query(statement));
    expect(error).toMatchObject({ driverError: { name: 'DatabaseSilentError' } });
    expect(afterMs).toBeLessThan(SOON_MS);
    proxy.speak();
    expect(await database.source.query(statement)).toEqual([{ mine: 1 }]);
  });

  it('while a session is looked at before its use: another one is taken soon', async () => {
    const database = await openThroughProxy({ poolSize: 1, answerLimitMs: 60_000 });
    // After such a failure each session is looked at.
    await expect(database.source.query('SELECT FROM nowhere')).rejects.toThrow('nowhere');
    proxy.muteThoseThereAre();
    const startedAt = performance.now();
    expect(await ask(database)).toEqual([{ one: 1 }]);
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  });

  it('when the answer to COMMIT is lost: what was done stands, and the caller tries again', async () => {
    const database = await openThroughProxy();
    await house.rows('CREATE TABLE notes (text text)');
    const { error } = await failureOf(
      database.transaction(async (tx) => {
        await tx.query(`INSERT INTO notes VALUES ('kept')`);
        proxy.mute();
      }),
    );
    expect(knownFailures().kindOf(error)).toBe('transient');
    expect(await house.rows('SELECT text FROM notes')).toEqual([{ text: 'kept' }]);
  });

  it('under one that listens: the connection ends, so that another can be made', async () => {
    const database = await openThroughProxy();
    const client = await database.connect();
    const ended = vi.fn();
    client.on('end', ended);
    proxy.mute();
    await expect(client.query('SELECT 1')).rejects.toThrow('has not answered');
    await vi.waitFor(() => expect(ended).toHaveBeenCalled(), { timeout: 20_000 });
  });

  it('does not keep anyone from closing', async () => {
    const database = await openThroughProxy();
    const client = await database.connect();
    proxy.mute();
    await client.end();
    await database.close();
  });
});

describe('a database that is slow', () => {
  it('has for each answer as long as the limit, not for all of them', async () => {
    const database = await openThroughProxy({ answerLimitMs: 3_000 });
    const slow = database.transaction(async (tx) => {
      for (let n = 0; n < 4; n++) await tx.query('SELECT pg_sleep(1)');
      return 'done';
    });
    expect(await slow).toBe('done');
  });

  it('is given its time for a migration', async () => {
    await house.rows('TRUNCATE migrations');
    const name = 'SlowMigration1795000000000';
    const directory = await mkdtemp(join(tmpdir(), 'waybill-slow-'));
    await writeFile(join(directory, 'package.json'), '{"type":"module"}');
    const sql = `SELECT pg_sleep(${(3 * ANSWER_LIMIT_MS) / 1_000})`;
    const source = `export class ${name} { up(runner) { return runner.query('${sql}'); } down() {} }`;
    await writeFile(join(directory, 'slow.js'), source);
    try {
      const database = await openThroughProxy({ migrationsDirectory: directory });
      expect(await database.source.query('SELECT name FROM migrations')).toEqual([{ name }]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('a pool whose connections are all taken', () => {
  it('fails whoever wants another one, as transient, after a while', async () => {
    const database = await openThroughProxy({ poolSize: 1, connectLimitMs: 500, answerLimitMs: 60_000 });
    const { error, afterMs } = await failureOf(database.transaction(() => ask(database)));
    expect(afterMs).toBeLessThan(SOON_MS);
    expect(knownFailures().kindOf(error)).toBe('transient');
  });
});
