import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventory } from '../../src/inventory/inventory.module.js';
import { ORDER_STATUSES } from '../../src/orders/model/order-life.js';
import { LIFE_KIND_NAMES, lifeKind } from '../../src/orders/producer/lives/life-kinds.js';
import { customerOf } from '../../src/orders/producer/lives/life-order.js';
import { DemoLives } from '../../src/orders/service/demo-lives.js';
import { payments } from '../../src/payments/payments.module.js';
import { tracking } from '../../src/tracking/tracking.module.js';
import type { Waybill } from '../../src/waybill.js';
import { type Answer, ask, expectProblem, pathsOf } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';

const LIFE_MS = 3_000;
const WAIT = { timeoutMs: 40_000 };
const TEST_MS = 60_000;

interface Version {
  change: string;
  from: string | null;
  to: string | null;
  source: string;
}

const shorten = (waybill: Waybill, lifeMs: number): void => {
  const { app } = waybill as unknown as { app: INestApplicationContext };
  app.get(DemoLives, { strict: false }).lifeMs = lifeMs;
};

const begin = ({ url }: Waybill, query = '', body: unknown = { life: true }): Promise<Answer> =>
  ask(`${url}/api/orders/test${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const uidsIn = ({ text }: Answer): string[] => {
  const { order_uid, order_uids = [order_uid] } = JSON.parse(text) as {
    order_uid: string;
    order_uids?: string[];
  };
  return order_uids;
};

async function historyOf({ url }: Waybill, uid: string): Promise<Version[]> {
  return JSON.parse((await ask(`${url}/api/orders/${uid}/history?limit=100`)).text) as Version[];
}

async function statesOf({ url }: Waybill, uid: string): Promise<object> {
  const { headers } = await ask(`${url}/api/orders/${uid}`);
  return {
    status: headers.get('x-order-status'),
    payment_status: headers.get('x-payment-status'),
    shipment_status: headers.get('x-shipment-status'),
  };
}

describe('POST /api/orders/test with {"life": true}', () => {
  let database: WaybillDatabase;
  let waybill: Waybill;
  beforeAll(async () => {
    database = await openWaybillDatabase();
    waybill = await startContexts(database, {}, [payments, tracking, inventory]);
  });
  afterAll(async () => {
    await waybill.stop();
    await database.drop();
  });

  it(
    'plays lives of every kind to their ends, through every status that there is',
    async () => {
      shorten(waybill, LIFE_MS);
      const uids = uidsIn(await begin(waybill, `?count=${LIFE_KIND_NAMES.length}`));
      const expected = LIFE_KIND_NAMES.map((kind) => ({
        customer: customerOf(kind),
        ...lifeKind(kind).ends,
      }));
      await eventually(async () => {
        const found = await Promise.all(
          uids.map(async (uid) => {
            const { text } = await ask(`${waybill.url}/api/orders/${uid}`);
            const { customer_id: customer } = JSON.parse(text) as { customer_id: string };
            return { customer, ...(await statesOf(waybill, uid)) };
          }),
        );
        expect(found).toEqual(expected);
      }, WAIT);
      const histories = await Promise.all(uids.map((uid) => historyOf(waybill, uid)));
      const seen = (change: string): string[] => [
        ...new Set(histories.flat().flatMap((one) => (one.change === change ? [one.from!, one.to!] : []))),
      ];
      expect(seen('status').sort()).toEqual([...ORDER_STATUSES].sort());
      // What lies between may be passed over where several events are weighed at once.
      const ends = LIFE_KIND_NAMES.map((kind) => lifeKind(kind).ends);
      for (const state of ['payment_status', 'shipment_status'] as const) {
        expect(seen(state)).toEqual(expect.arrayContaining(ends.map((end) => end[state])));
      }
      expect(await database.rows('SELECT * FROM dead_letters')).toEqual([]);
    },
    TEST_MS,
  );

  it.each([
    ['?count=101', { life: true }, 'count'],
    ['', { life: 'true' }, 'life'],
    ['', { life: 1 }, 'life'],
    ['?count=2', { life: null }, 'life'],
  ])('answers 400 to %s with %o', async (query, body, path) => {
    expect(pathsOf(expectProblem(await begin(waybill, query, body), 400))).toEqual([path]);
  });

  it('leaves an order alone where no life is asked for, however it is said', async () => {
    const said = [{ life: false }, {}, { live: true }, [], 'life'];
    const uids = await Promise.all(said.map(async (body) => uidsIn(await begin(waybill, '', body))[0]!));
    await eventually(async () => {
      for (const uid of uids) expect((await ask(`${waybill.url}/api/orders/${uid}`)).status).toBe(200);
    });
    for (const uid of uids) {
      const { text } = await ask(`${waybill.url}/api/orders/${uid}`);
      expect((JSON.parse(text) as { customer_id: string }).customer_id).toMatch(/^test-\d+$/);
    }
  });

  it('plays so many at a time, and cuts them off at a stop', async () => {
    shorten(waybill, 60_000);
    expect((await begin(waybill, '?count=60')).status).toBe(202);
    const refused = await begin(waybill, '?count=41');
    expectProblem(refused, 503);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(60);
    // As curl sends it unless told otherwise.
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const asForm = { method: 'POST', headers: form, body: '{"life":true}' };
    expect((await ask(`${waybill.url}/api/orders/test?count=40`, asForm)).status).toBe(202);
    expectProblem(await begin(waybill), 503);
    expect((await begin(waybill, '?count=500', {})).status).toBe(202);
    const beganAtMs = performance.now();
    await waybill.stop();
    // Not the minute that each of them would take.
    expect(performance.now() - beganAtMs).toBeLessThan(20_000);

    waybill = await startContexts(database, {}, [tracking]);
    shorten(waybill, 1_500);
    const uid = uidsIn(await begin(waybill))[0]!;
    await eventually(async () => {
      const { status, shipment_status } = lifeKind('tour').ends;
      expect(await statesOf(waybill, uid)).toEqual({ status, payment_status: 'unpaid', shipment_status });
    }, WAIT);
    // Nobody takes payments here, so none is sent.
    const metrics = (await ask(`${waybill.url}/metrics`)).text;
    expect(metrics).toMatch(/waybill_outbox_published_total\{[^}]*topic="delivery-events"/);
    expect(metrics).not.toContain('topic="payments"');
  });
});
