import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { knownFailures } from '../known-failures.js';
import { Database } from './database.js';

const FEWER_CONNECTIONS = 'PostgreSQL takes fewer connections than DB_POOL_SIZE';

let house: WaybillDatabase;
let opened: Database[];
let roles: string[];
let said: { fields: object; message: string }[];

beforeEach(async () => {
  house = await openWaybillDatabase();
  opened = [];
  roles = [];
  said = [];
});

afterEach(async () => {
  for (const database of opened) await database.close();
  for (const role of roles) await house.rows(`DROP OWNED BY ${role}`);
  for (const role of roles) await house.rows(`DROP ROLE ${role}`);
  await house.drop();
});

async function open(connection = house.connection, poolSize = 4): Promise<Database> {
  const database = new Database({
    ...house.options,
    poolSize,
    report: (fields, message) => said.push({ fields, message }),
  });
  opened.push(database);
  await database.open(connection);
  return database;
}

/** A role that owns nothing and may do everything with the tables, with options such as `CONNECTION LIMIT 3`. */
async function aRole(options = ''): Promise<typeof house.connection & { role: string }> {
  const role = `role_${Math.random().toString(36).slice(2)}`;
  await house.rows(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' ${options}`);
  await house.rows(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
  await house.rows(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
  await house.rows(`GRANT ALL ON SCHEMA public TO ${role}`);
  roles.push(role);
  return { ...house.connection, user: role, password: 'secret', role };
}

const alterDatabase = (change: string): Promise<object[]> =>
  house.rows(`ALTER DATABASE ${house.connection.database} ${change}`);

/** As an operator does it, on a session of their own. */
async function endSessionsOf(application: string): Promise<void> {
  await house.rows(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`,
    [application],
  );
}

const store = (database: Database): Promise<unknown> =>
  database.source.query(
    `INSERT INTO idempotency_keys (key, fingerprint, locked_until) VALUES (gen_random_uuid()::text, '', now())`,
  );

/** Takes all connections of the pool at once, so that each is used. */
function atOnce<T>(count: number, work: () => Promise<T>): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(Array.from({ length: count }, work));
}

describe('sessions that were opened while the database was read-only', () => {
  it('serve reads, fail writes as transient, and are all given up once it can be written to', async () => {
    const database = await open();
    await atOnce(4, () => database.source.query('SELECT pg_sleep(0.05)'));
    await alterDatabase('SET default_transaction_read_only = on');
    await endSessionsOf('waybill');
    await eventually(async () => expect(await database.isReadOnly()).toBe(true));
    for (const outcome of await atOnce(8, () => store(database))) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: '25006' } });
      expect(knownFailures().kindOf((outcome as PromiseRejectedResult).reason)).toBe('transient');
    }
    expect(await database.source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await house.database.source.query('SET default_transaction_read_only = off');
    await alterDatabase('RESET default_transaction_read_only');
    await eventually(async () => {
      const outcomes = await atOnce(8, () => store(database));
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    });
    expect(said.map(({ message }) => message)).toContain(
      'a session is given up, and the others are looked at',
    );
  });
});

describe('a session that does not see the tables', () => {
  it('is given up, and with it all that were opened while the search path was another', async () => {
    const database = await open();
    await alterDatabase('SET search_path = nowhere');
    await endSessionsOf('waybill');
    await eventually(async () => {
      for (const outcome of await atOnce(8, () => store(database))) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: '42P01' } });
      }
    });
    await alterDatabase('RESET search_path');
    await eventually(async () => {
      const outcomes = await atOnce(8, () => store(database));
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    });
  });
});

describe('a session that was left within a transaction', () => {
  it('is not handed out', async () => {
    const database = await open(house.connection, 1);
    const [{ pid }]: [{ pid: number }] = await database.source.query('SELECT pg_backend_pid() AS pid');
    await database.source.query('BEGIN');
    const [other]: [{ pid: number }] = await database.source.query('SELECT pg_backend_pid() AS pid');
    expect(other.pid).not.toBe(pid);
  });

  it('fails when it is committed after a statement of it has failed', async () => {
    const database = await open();
    const done = database.transaction(async (tx) => {
      await tx.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(done).rejects.toThrow('failed and was passed over');
  });
});

describe('a server that takes fewer connections than the pool may have', () => {
  it('serves all who want one, one after the other', async () => {
    const connection = await aRole('CONNECTION LIMIT 3');
    const database = await open(connection, 12);
    const outcomes = await atOnce(60, () => database.transaction((tx) => tx.query('SELECT pg_sleep(0.02)')));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(said).toContainEqual({
      fields: { reason: `too many connections for role "${connection.role}"` },
      message: FEWER_CONNECTIONS,
    });
  });

  it('is waited for while others have all of them', async () => {
    const connection = await aRole('CONNECTION LIMIT 3');
    const database = await open(connection, 12);
    await endSessionsOf('waybill');
    const others = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const client = new pg.Client(connection);
        await client.connect();
        return client;
      }),
    );
    const asked = database.source.query('SELECT 1 AS one');
    await eventually(() => expect(said.map(({ message }) => message)).toContain(FEWER_CONNECTIONS));
    for (const client of others) await client.end();
    expect(await asked).toEqual([{ one: 1 }]);
  });
});

describe('settings of the role', () => {
  const ADVERSE = {
    extra_float_digits: '-15',
    datestyle: 'German',
    intervalstyle: 'sql_standard',
    timezone: 'Asia/Kolkata',
    bytea_output: 'escape',
    standard_conforming_strings: 'off',
    default_transaction_isolation: 'serializable',
    default_transaction_deferrable: 'on',
    client_encoding: 'LATIN1',
    statement_timeout: '1000',
    lock_timeout: '1',
    idle_in_transaction_session_timeout: '1',
    idle_session_timeout: '1000',
    array_nulls: 'off',
    transform_null_equals: 'on',
    enable_seqscan: 'on',
    plan_cache_mode: 'force_custom_plan',
    jit: 'on',
  };

  it('do not reach the sessions, and are pinned anew where a pooler has brought them back', async () => {
    const connection = await aRole();
    for (const [name, value] of Object.entries(ADVERSE)) {
      await house.rows(`ALTER ROLE ${connection.role} SET ${name} = '${value}'`);
    }
    const database = await open(connection, 1);
    const found = (): Promise<Record<string, string>[]> =>
      database.source.query(
        `SELECT ${Object.keys(ADVERSE)
          .map((name) => `current_setting('${name}') AS ${name}`)
          .join(', ')}`,
      );
    const pinned = {
      extra_float_digits: '1',
      datestyle: 'ISO, MDY',
      intervalstyle: 'postgres',
      timezone: 'UTC',
      bytea_output: 'hex',
      standard_conforming_strings: 'on',
      default_transaction_isolation: 'read committed',
      default_transaction_deferrable: 'off',
      client_encoding: 'UTF8',
      statement_timeout: '25s',
      lock_timeout: '3s',
      idle_in_transaction_session_timeout: '1min',
      idle_session_timeout: '0',
      array_nulls: 'on',
      transform_null_equals: 'off',
      enable_seqscan: 'off',
      plan_cache_mode: 'auto',
      jit: 'off',
    };
    expect(await found()).toEqual([pinned]);

    await database.source.query('DISCARD ALL');
    expect(await found()).not.toEqual([pinned]);
    // What makes the pool look at its sessions comes by itself every 30 s.
    await database.source.query('SELECT FROM nothing_of_this_name').catch(() => undefined);
    await eventually(async () => expect(await found()).toEqual([pinned]));
  });
});
