import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectDatabaseErrors } from '../support/database-errors.js';
import { eventually } from '../support/eventually.js';
import type { JsonObject } from '../support/sample-order.js';
import { SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, post, store } from './api.js';
import { runInEmbedded, sendEvents } from '../support/embedded-database.js';

const CHECK_VIOLATION = '23514';
const UNDEFINED_TABLE = '42P01';
expectDatabaseErrors(CHECK_VIOLATION, UNDEFINED_TABLE);

/** Of a person, and found nowhere else. */
const PERSON = {
  name: 'Zebulon Quackenbush',
  phone: '+9725550100',
  zip: 'ZIPQ2639809',
  city: 'Qiryat-Mozkin-Zq',
  address: 'Ploshad Mira 15 zq',
  region: 'Kraiot-Zq',
  email: 'zebulon.quackenbush@example.org',
};
const CUSTOMER = 'customer-zq-4711';
/** The database of this test refuses whoever lives here. */
const REFUSED_CITY = 'Nowhere-Zq';
const ALL = [...Object.values(PERSON), CUSTOMER, REFUSED_CITY];

const orderOf = (
  delivery: JsonObject = PERSON,
  fields: JsonObject = {},
): JsonObject & { order_uid: string } => anOrder({ delivery, customer_id: CUSTOMER, ...fields });

describe('what somebody has ordered, and where they live', () => {
  let program: WaybillProcess;

  beforeAll(async () => {
    program = await startWaybill({ env: { ...SHOP, LOG_LEVEL: 'trace' } });
    await runInEmbedded(
      program.dataDir,
      `ALTER TABLE deliveries ADD CONSTRAINT refused_city CHECK (city <> '${REFUSED_CITY}')`,
    );
  });

  afterAll(() => program.stop());

  const letters = async (): Promise<{ id: number; attempts: number }[]> =>
    JSON.parse((await ask(`${program.url}/api/dead-letters`)).text) as { id: number; attempts: number }[];

  it('stands in no log and in no metric, however it comes and whatever fails', async () => {
    const { url, dataDir } = program;
    const refused = { ...PERSON, city: REFUSED_CITY };

    // Over HTTP: stored, conflicting, invalid in each way, and refused by the database.
    const order = orderOf();
    await store(url, order);
    const put = { method: 'PUT', headers: { 'content-type': 'application/json', 'if-match': '"v9-none"' } };
    const conflict = await ask(`${url}/api/orders/${order.order_uid}`, {
      ...put,
      body: JSON.stringify(order),
    });
    expect(conflict.status).toBe(412);
    for (const faulty of [
      orderOf({ ...PERSON, email: PERSON.phone }),
      orderOf({ ...PERSON, phone: [PERSON.phone] }),
      orderOf(PERSON, { [PERSON.email]: PERSON.name, items: PERSON.address }),
    ]) {
      expect((await post(url, faulty)).status).toBeGreaterThanOrEqual(400);
    }
    const broken = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"a": ${PERSON.phone}`,
    };
    expect((await ask(`${url}/api/orders`, broken)).status).toBe(400);
    expect((await post(url, orderOf(refused))).status).toBe(500);

    // As events: an order, what is none, and what the database refuses, which is replayed in vain.
    const poison = [
      orderOf({ ...PERSON, email: PERSON.name }),
      `not JSON: ${PERSON.phone}`,
      orderOf(refused),
    ];
    const values = [orderOf(), ...poison].map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
    await sendEvents(dataDir, ...values);
    await eventually(async () => expect(await letters()).toHaveLength(poison.length), { timeoutMs: 30_000 });
    await ask(`${url}/api/dead-letters/replay?all=true`, { method: 'POST' });
    await eventually(
      async () =>
        expect((await letters()).filter(({ attempts }) => attempts > 1)).toHaveLength(poison.length),
      { timeoutMs: 30_000 },
    );

    // While the database cannot be asked for orders.
    await runInEmbedded(dataDir, 'ALTER TABLE orders RENAME TO orders_away');
    expect((await ask(`${url}/api/orders?customer_id=${CUSTOMER}`)).status).toBe(503);
    const searched = new URLSearchParams({ q: PERSON.name }).toString();
    expect((await ask(`${url}/api/search?${searched}`)).status).toBe(503);
    expect((await post(url, orderOf())).status).toBe(503);
    await sendEvents(dataDir, JSON.stringify(orderOf()));
    await eventually(() => expect(program.output()).toMatch(/"kind":"transient".*a batch of events failed/), {
      timeoutMs: 30_000,
    });
    await runInEmbedded(dataDir, 'ALTER TABLE orders_away RENAME TO orders');

    const logs = {
      program: program.output(),
      PostgreSQL: await readFile(join(dataDir, 'postgres.log'), 'utf8'),
      metrics: (await ask(`${url}/metrics`)).text,
      health: (await ask(`${url}/health`)).text,
    };
    for (const line of [
      'a batch of events failed',
      'went to the dead letters',
      'a request failed',
      'a request could not be served',
    ]) {
      expect(logs.program).toContain(line);
    }
    expect(logs.program).toContain('"constraint":"refused_city"');
    expect(logs.PostgreSQL).toContain('violates check constraint "refused_city"');
    for (const [name, text] of Object.entries(logs)) {
      expect(
        ALL.filter((value) => text.includes(value)),
        `in ${name}`,
      ).toEqual([]);
    }
  });
});
