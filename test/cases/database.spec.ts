import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, expect } from 'vitest';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { anOrder, ask, expectProblem, post } from '../e2e/api.js';
import {
  createPipeline,
  getOrder,
  messageOf,
  orderWith,
  type Pipeline,
} from '../kafka/order-pipeline.harness.js';
import { eventually } from '../support/eventually.js';
import { startPgBouncer } from '../support/pgbouncer.js';
import type { JsonObject } from '../support/sample-order.js';
import { createTestDatabase, runOnServer } from '../support/test-database.js';
import { useTier } from '../support/tiers.js';
import { runWaybill, SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { publicCase } from './public-case.js';

const kafka = useTier('kafka');

const MINUTE_MS = 60_000;
const CASE_MS = 3 * MINUTE_MS;

/** What has to be undone after a case, the last first. */
let undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.reverse()) await step();
  undo = [];
});

async function aPipeline(options?: { partitions: number }): Promise<Pipeline> {
  const pipeline = await createPipeline(kafka.brokers, options);
  undo.push(() => pipeline.close());
  return pipeline;
}

/** A role that has to be dropped after its databases. */
async function aRole(options = ''): Promise<{ user: string; password: string }> {
  const user = `case_${randomUUID().slice(0, 8)}`;
  await runOnServer(`CREATE ROLE ${user} LOGIN PASSWORD 'secret' ${options}`);
  undo.push(() => runOnServer(`DROP ROLE ${user}`));
  return { user, password: 'secret' };
}

/** A database that the role owns, dropped before it. */
async function aDatabaseOf(owner: { user: string; password: string }): Promise<ConnectionSettings> {
  const { connection, drop } = await createTestDatabase(`OWNER ${owner.user}`);
  undo.push(drop);
  return { ...connection, ...owner };
}

async function aWaybill(env: Record<string, string>, ready = true): Promise<WaybillProcess> {
  const waybill = await startWaybill({ env: { ...SHOP, ...env }, ready });
  undo.push(() => waybill.kill());
  return waybill;
}

const settingsFor = ({
  host,
  port,
  user,
  password,
  database,
}: ConnectionSettings): Record<string, string> => ({
  DB_HOST: host,
  DB_PORT: String(port),
  DB_USER: user,
  DB_PASSWORD: password,
  DB_NAME: database,
});

/** Runs one statement in a database. */
async function runIn(connection: ConnectionSettings, statement: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const databaseOf = ({ db }: Pipeline): string => db.options.database!;
const uidOf = (order: JsonObject): string => order['order_uid'] as string;

async function expectStored(waybill: WaybillProcess, orders: readonly JsonObject[]): Promise<void> {
  await eventually(
    async () => {
      for (const order of orders) expect(await getOrder(waybill, uidOf(order))).toEqual(order);
    },
    { timeoutMs: MINUTE_MS },
  );
}

interface Letter {
  id: number;
  event_time: string;
  refused_at: string;
  value: { text: string };
}

/** The only dead letter that there is, with its bytes. */
function onlyLetterOf(waybill: WaybillProcess): Promise<Letter> {
  return eventually(async () => {
    const letters = JSON.parse((await ask(`${waybill.url}/api/dead-letters`)).text) as Letter[];
    expect(letters).toHaveLength(1);
    const { text } = await ask(`${waybill.url}/api/dead-letters/${letters[0]!.id}`);
    return { ...(JSON.parse(text) as Letter), ...letters[0] };
  });
}

publicCase(
  'P40',
  async () => {
    const pipeline = await aPipeline();
    const waybill = await pipeline.start();
    const database = databaseOf(pipeline);
    await runOnServer(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    await runOnServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
    const [byKafka, byHttp] = [anOrder(), anOrder()];
    await pipeline.send([messageOf(byKafka)]);
    for (let n = 0; n < 20; n++) {
      const answer = await post(waybill.url, byHttp);
      expectProblem(answer, 503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    await eventually(() => expect(waybill.output()).toContain('a batch of events failed'));
    await eventually(async () =>
      expect((await ask(`${waybill.url}/health`)).text).toContain('it is read-only'),
    );
    // Sessions for reading are there meanwhile, and are to be found out afterwards.
    expect((await ask(`${waybill.url}/api/orders`)).status).toBe(200);

    await runOnServer(`ALTER DATABASE ${database} RESET default_transaction_read_only`);
    await eventually(async () => expect((await post(waybill.url, byHttp)).status).toBe(201), {
      timeoutMs: MINUTE_MS,
    });
    await expectStored(waybill, [byKafka, byHttp]);
    // One that was opened just before lives for two seconds more.
    await eventually(async () => {
      for (const order of Array.from({ length: 20 }, () => anOrder())) {
        expect((await post(waybill.url, order)).status).toBe(201);
      }
    });
  },
  CASE_MS,
);

publicCase(
  'P41',
  async () => {
    for (const datestyle of ['German', 'SQL, DMY']) {
      const role = await aRole();
      await runOnServer(`ALTER ROLE ${role.user} SET datestyle = '${datestyle}'`);
      const pipeline = await aPipeline();
      const waybill = await pipeline.start(settingsFor(await aDatabaseOf(role)));
      const sentAt = Date.now();
      await pipeline.send([{ value: '{"bad":1}' }]);
      const letter = await onlyLetterOf(waybill);
      for (const time of [letter.event_time, letter.refused_at]) {
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(Math.abs(Date.parse(time) - sentAt)).toBeLessThan(MINUTE_MS);
      }
    }
  },
  CASE_MS,
);

publicCase(
  'P43',
  async () => {
    for (const timezone of ['Asia/Kolkata', 'America/Sao_Paulo']) {
      const role = await aRole();
      const adverse = {
        bytea_output: 'escape',
        standard_conforming_strings: 'off',
        timezone,
        intervalstyle: 'sql_standard',
        default_transaction_isolation: 'serializable',
        extra_float_digits: '0',
      };
      for (const [name, value] of Object.entries(adverse)) {
        await runOnServer(`ALTER ROLE ${role.user} SET ${name} = '${value}'`);
      }
      const pipeline = await aPipeline();
      const env = settingsFor(await aDatabaseOf(role));
      const before = await pipeline.start(env);
      const order = anOrder();
      order.delivery = { ...(order.delivery as JsonObject), name: String.raw`O'Reilly \ Тест \x41` };
      const bytes = String.raw`{"bad":"\\x41 ' Тест"}`;
      await pipeline.send([messageOf(order), { value: bytes }]);
      await expectStored(before, [order]);
      expect(await before.stop()).toBe(0);

      const waybill = await pipeline.start({ ...env, CACHE_WARM_ORDERS: '0' });
      await expectStored(waybill, [order]);
      const again = await post(waybill.url, order);
      expect(again.status).toBe(200);
      expect(JSON.parse(again.text)).toMatchObject({ outcome: 'unchanged' });
      expect((await onlyLetterOf(waybill)).value).toEqual({ text: bytes });
      // Those of one batch differ in the last of 16 digits: pages come to an end only when all of them are kept.
      const others = Array.from({ length: 20 }, () => anOrder());
      await Promise.all(others.map((other) => post(waybill.url, other)));
      const pages: string[] = [];
      for (let next: string | undefined = '/api/orders?limit=1'; next !== undefined && pages.length < 100;) {
        const page = await ask(waybill.url + next);
        for (const shown of JSON.parse(page.text) as JsonObject[]) pages.push(uidOf(shown));
        next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
      }
      expect(pages.toSorted()).toEqual([...others, order].map(uidOf).toSorted());
    }
  },
  CASE_MS,
);

publicCase(
  'P45',
  async () => {
    const role = await aRole();
    const { connection, drop } = await createTestDatabase();
    undo.push(drop);
    const waybill = await aWaybill(settingsFor({ ...connection, ...role }), false);
    await eventually(async () => {
      const ready = await ask(`${waybill.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(ready.text).toContain('permission denied for schema public');
    });
    await expect.poll(() => waybill.output()).toContain('permission denied for schema public');
    expectProblem(await post(waybill.url, anOrder()), 503);
    await runIn(connection, `GRANT ALL ON SCHEMA public TO ${role.user}`);
    await eventually(async () => expect((await ask(`${waybill.url}/health/ready`)).status).toBe(200), {
      timeoutMs: MINUTE_MS,
    });
    const order = anOrder();
    expect((await post(waybill.url, order)).status).toBe(201);
    await expectStored(waybill, [order]);
    // The others have schemas of their own, which it may not make yet.
    const health = await ask(`${waybill.url}/health`);
    expect(health.text).toMatch(/"schemas":{"up":false,"detail":"payments: permission denied for database/);
    const list = `${waybill.url}/api/payments?status=unpaid`;
    expectProblem(await ask(list), 503);
    await runIn(connection, `GRANT CREATE ON DATABASE ${connection.database} TO ${role.user}`);
    await eventually(
      async () => expect((await ask(list)).text).toContain(`"order_uid":"${order.order_uid}"`),
      { timeoutMs: MINUTE_MS },
    );
  },
  CASE_MS,
);

publicCase(
  'P46',
  async () => {
    const role = await aRole('CONNECTION LIMIT 3');
    const pipeline = await aPipeline({ partitions: 4 });
    const waybill = await pipeline.start({ ...settingsFor(await aDatabaseOf(role)), DB_POOL_SIZE: '12' });
    const events = Array.from({ length: 40 }, () => orderWith(`case-${randomUUID()}`));
    const orders = Array.from({ length: 40 }, () => anOrder());
    const sending = pipeline.send(events.map(messageOf));
    const answers = await Promise.all(orders.map((order) => post(waybill.url, order)));
    await sending;
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    await expectStored(waybill, [...orders, ...events]);
    await eventually(async () => expect((await ask(`${waybill.url}/health/ready`)).status).toBe(200));
  },
  CASE_MS,
);

publicCase(
  'P47',
  async () => {
    for (const options of [`ENCODING 'LATIN1' LOCALE 'C'`, `ENCODING 'SQL_ASCII' LOCALE 'C'`]) {
      const { connection, drop } = await createTestDatabase(`${options} TEMPLATE template0`);
      undo.push(drop);
      for (const command of [[], ['migrate']]) {
        const { code, stderr } = await runWaybill({ env: settingsFor(connection), command });
        expect(code, stderr).toBe(78);
        expect(stderr).toMatch(/^(database: [^\n]*\n)?[^\n]*the database must be UTF8[^\n]*\n$/);
      }
    }
  },
  CASE_MS,
);

publicCase(
  'P48',
  async () => {
    const { connection, drop } = await createTestDatabase();
    undo.push(drop);
    const pooler = await startPgBouncer(connection, ['pool_mode = session']);
    undo.push(() => pooler.stop());
    const waybill = await aWaybill(settingsFor(pooler.connection));
    const order = anOrder();
    expect((await post(waybill.url, order)).status).toBe(201);
    expect((await post(waybill.url, order, { 'idempotency-key': '"p48"' })).status).toBe(200);
    const { headers } = await ask(`${waybill.url}/api/orders/test`, { method: 'POST' });
    await expectStored(waybill, [order]);
    await eventually(async () => {
      expect((await ask(waybill.url + headers.get('location')!)).status).toBe(200);
    });
    expect((await ask(`${waybill.url}/health/ready`)).status).toBe(200);
  },
  CASE_MS,
);
