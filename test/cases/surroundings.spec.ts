import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, inject } from 'vitest';
import { anOrder, ask, store } from '../e2e/api.js';
import { createPipeline, messageOf, orderWith, type Pipeline } from '../kafka/order-pipeline.harness.js';
import { eventually } from '../support/eventually.js';
import { removeDataDir } from '../support/left-behind.js';
import { enableTls } from '../support/postgres-tls.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { useTier } from '../support/tiers.js';
import {
  runWaybill,
  startWaybill,
  temporaryDataDir,
  type WaybillOptions,
  type WaybillProcess,
} from '../support/waybill-process.js';
import { publicCase } from './public-case.js';

const EX_CONFIG = 78;
const CASE_TIMEOUT_MS = 150_000;

const programs: WaybillProcess[] = [];
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop();
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: WaybillOptions): Promise<WaybillProcess> {
  const program = await startWaybill(options);
  programs.push(program);
  return program;
}

/** Stores an order and reads it from PostgreSQL, or memory, as it came. */
async function expectToWork({ url }: WaybillProcess): Promise<void> {
  const order = anOrder();
  await store(url, order);
  const answer = await ask(`${url}/api/orders/${order.order_uid}`);
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual(order);
}

async function aDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  return database;
}

function urlOf({ connection }: TestDatabase, more: { host?: string; port?: number; query?: string } = {}) {
  const { user, password, database, host, port } = { ...connection, ...more };
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `postgres://${login}@${host}:${port}/${database}${more.query ?? ''}`;
}

describe('a PostgreSQL of somebody else', () => {
  afterAll(async () => {
    // What the others of this run connect to is as it was.
    const client = new pg.Client(inject('postgres'));
    await client.connect();
    await client.query('ALTER SYSTEM RESET ssl');
    await client.query('SELECT pg_reload_conf()');
    await client.end();
  });

  publicCase(
    'P51',
    async () => {
      const database = await aDatabase();
      const root = await enableTls(database.connection);
      for (const query of ['?ssl=true', '?sslmode=require', `?sslmode=verify-ca&sslrootcert=${root}`]) {
        const program = await start({ env: { DATABASE_URL: urlOf(database, { query }) } });
        await expectToWork(program);
        const client = new pg.Client(database.connection);
        await client.connect();
        const { rows } = await client.query<{ ssl: boolean; count: number }>(
          `SELECT ssl, count(*)::int FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
           WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY ssl`,
        );
        await client.end();
        expect(rows, query).toEqual([{ ssl: true, count: expect.any(Number) as number }]);
        expect(await program.stop()).toBe(0);
      }
      for (const [query, name] of [
        ['?ssl=maybe', 'ssl'],
        ['?sslmode=on', 'sslmode'],
        ['?ssl=true&sslmode=disable', 'ssl'],
        ['?options=-c%20search_path%3Dx', 'options'],
        ['?schema=shop', 'schema'],
      ] as const) {
        const refused = await runWaybill({ env: { DATABASE_URL: urlOf(database, { query }) } });
        expect(refused.code, query).toBe(EX_CONFIG);
        expect(refused.stderr).toMatch(new RegExp(`^DATABASE_URL has .*\\b${name}\\b.*\\n$`));
      }
    },
    CASE_TIMEOUT_MS,
  );

  publicCase(
    'P52',
    async () => {
      const database = await aDatabase();
      const user = `odd_${randomUUID().slice(0, 8)}`;
      const admin = new pg.Client(database.connection);
      await admin.connect();
      await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD 'p@ss:w/rd#?%'`);
      await admin.query(`ALTER DATABASE ${database.connection.database} OWNER TO ${user}`);
      const proxy = await TcpProxy.open(database.connection.port, '::1');
      closing.push(async () => {
        await admin.query(`ALTER DATABASE ${database.connection.database} OWNER TO CURRENT_USER`);
        await admin.query(`DROP OWNED BY ${user} CASCADE`);
        await admin.query(`DROP ROLE ${user}`);
        await admin.end();
        await proxy.close();
      });
      const name = database.connection.database;
      const login = `${user}:p%40ss%3Aw%2Frd%23%3F%25`;
      for (const host of [`127.0.0.1:${database.connection.port}`, `[::1]:${proxy.port}`]) {
        const program = await start({ env: { DATABASE_URL: `postgres://${login}@${host}/${name}` } });
        await expectToWork(program);
        expect(await program.stop()).toBe(0);
      }
      for (const url of [
        `postgres:///${name}?host=/var/run/postgresql`,
        `postgres://${login}@127.0.0.1/${name}?host=/var/run/postgresql`,
        `postgres://${login}@%2Fvar%2Frun%2Fpostgresql/${name}`,
        `postgres://${login}@127.0.0.1:5432,127.0.0.2:5432/${name}`,
        `postgres://${login}@127.0.0.1,127.0.0.2/${name}`,
      ]) {
        const refused = await runWaybill({ env: { DATABASE_URL: url } });
        expect(refused.code, url).toBe(EX_CONFIG);
        expect(refused.stderr).toMatch(/^DATABASE_URL .*\n$/);
        expect(refused.stdout + refused.stderr).not.toContain('p%40ss');
      }
    },
    CASE_TIMEOUT_MS,
  );
});

describe('the embedded PostgreSQL', () => {
  publicCase(
    'P53',
    async () => {
      const program = await start({
        env: {
          PGSSLMODE: 'require',
          PGOPTIONS: '-c no_such_setting=1',
          PGHOST: 'nowhere.invalid',
          PGPORT: '1',
          PGUSER: 'nobody',
          PGDATABASE: 'nothing',
          PGPASSWORD: 'wrong',
          PGPASSFILE: '/no/such/file',
          PGSERVICE: 'none',
          PGDATA: '/no/such/folder',
          PGTZ: 'No/Where',
          PGDATESTYLE: 'German',
          PGCLIENTENCODING: 'LATIN1',
          PGCLIENT_ENCODING: 'LATIN1',
          PGREPLICATION: 'true',
          PGBINARY: 'true',
          PGSSLNEGOTIATION: 'direct',
          PGCONNECT_TIMEOUT: '0',
          NODE_PG_FORCE_NATIVE: '1',
        },
      });
      await expectToWork(program);
    },
    CASE_TIMEOUT_MS,
  );

  publicCase(
    'P54',
    async () => {
      const base = await temporaryDataDir();
      closing.push(() => removeDataDir(base));
      const dataDir = join(base, `мои данные ${'x'.repeat(110)}`);
      const env = { LC_ALL: 'xx_YY.UTF-8', LANG: 'xx_YY.UTF-8', LC_MESSAGES: 'xx_YY', TZ: 'No/Where' };
      const program = await start({ cwd: base, dataDir, env });
      await expectToWork(program);
      expect(await program.stop()).toBe(0);
      // The second start finds what the first has made.
      await expectToWork(await start({ cwd: base, dataDir, env }));
    },
    CASE_TIMEOUT_MS,
  );
});

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('Kafka at another address', () => {
  async function aPipeline(): Promise<Pipeline> {
    const pipeline = await createPipeline(kafka.brokers);
    closing.push(() => pipeline.close());
    return pipeline;
  }

  async function expectToConsume(pipeline: Pipeline, program: WaybillProcess): Promise<void> {
    const order = orderWith(`case-${randomUUID()}`);
    await pipeline.send([messageOf(order)]);
    await eventually(
      async () => {
        const answer = await ask(`${program.url}/api/orders/${order['order_uid'] as string}`);
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.text)).toEqual(order);
      },
      { timeoutMs: 45_000 },
    );
  }

  publicCase(
    'P66',
    async () => {
      const pipeline = await aPipeline();
      const proxy = await TcpProxy.open(Number(kafka.brokers.split(':')[1]), '::1');
      closing.push(() => proxy.close());
      const program = await pipeline.start({ KAFKA_BROKERS: `[::1]:${proxy.port}` });
      await expectToConsume(pipeline, program);
    },
    CASE_TIMEOUT_MS,
  );

  publicCase(
    'P68',
    async () => {
      const pipeline = await aPipeline();
      const surroundings: Record<string, string>[] = [
        {
          KAFKA_BROKERS: kafka.brokers.replace('127.0.0.1', 'localhost'),
          DB_HOST: 'localhost',
          SERVER_HOST: '::1',
          TZ: 'Asia/Kolkata',
          NODE_OPTIONS: '--disable-proto=throw --max-old-space-size=96 --enable-source-maps',
        },
        { NODE_OPTIONS: '--disable-proto=delete', TZ: 'America/St_Johns' },
      ];
      for (const env of surroundings) {
        const program = await pipeline.start(env);
        await expectToWork(program);
        await expectToConsume(pipeline, program);
        expect(await program.stop()).toBe(0);
      }
    },
    CASE_TIMEOUT_MS,
  );
});

publicCase(
  'P67',
  async () => {
    // Any other Node can be named; without one it is that of the run.
    const program = await start({ ...(process.env.OTHER_NODE && { node: process.env.OTHER_NODE }) });
    await expectToWork(program);
    expect(await program.stop()).toBe(0);
    const warnings = program.output().match(/^\(node:\d+\) .*Warning.*$/gm) ?? [];
    expect(warnings.length, warnings.join('\n')).toBeLessThanOrEqual(1);
  },
  CASE_TIMEOUT_MS,
);
