import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parse } from 'csv-parse/sync';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';

import { text } from 'node:stream/consumers';
import { register } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { houseOf } from '../../../test/support/house-of.js';
import { openHttpApp } from '../../../test/support/http-app.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { storeOrders } from '../../../test/support/stored-orders.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { Order } from '../model/order.js';
import { orders } from '../orders.module.js';

/** More than the buffers between the program and a client that does not read can hold. */
const LARGE_ORDERS = 300;
const LARGE_CHARACTERS = 100_000;
const MANY_ORDERS = 1_203;
/** Of curl, and not what it says of an answer that came to its end. */
const CURLE_RECV_ERROR = 56;

const sample = sampleOrder() as unknown as Order;

let house: WaybillDatabase;
let app: NestFastifyApplication;
let url: string;
let manyUids: string[];

beforeAll(async () => {
  // An export that kept a connection would keep it from all others.
  house = await openWaybillDatabase({ poolSize: 1 });
  app = await openHttpApp(houseOf({ EXPORTS_MAX: 2 }, [orders]), house.database);
  await app.listen(0, '127.0.0.1');
  url = `${await app.getUrl()}/api/exports/orders`;
  manyUids = await storeOrders(house, MANY_ORDERS, (n) => ({
    order_uid: `many-${n}`,
    customer_id: 'many',
    items: Array.from({ length: (n % 3) + 1 }, () => sample.items[0]!),
  }));
  const address = 'x'.repeat(LARGE_CHARACTERS);
  await storeOrders(house, LARGE_ORDERS, (n) => ({
    order_uid: `large-${n}`,
    customer_id: 'large',
    delivery: { ...sample.delivery, address },
  }));
});
// Whoever has gone may leave a query under way.
afterEach(() => eventually(async () => expect(await metric('waybill_orders_exports_under_way')).toBe(0)));
afterAll(async () => {
  await app.close();
  await house.drop();
});

async function metric(name: string, labels: Record<string, string> = {}): Promise<number> {
  const [found] = (await register.getMetricsAsJSON()).filter((one) => one.name === name);
  const sample = found?.values.find((one) =>
    Object.entries(labels).every(([label, value]) => one.labels[label] === value),
  );
  return sample!.value;
}

async function open(query: string): Promise<IncomingMessage> {
  const request = get(`${url}?${query}`, { agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // What breaks off afterwards is told by the answer too.
  request.on('error', () => undefined);
  return response;
}

/** Asks, and reads nothing of the answer until the program has ceased to write. */
async function openUnread(query: string): Promise<IncomingMessage> {
  const response = await open(query);
  let written = -1;
  await eventually(async () => {
    const before = written;
    written = await metric('waybill_orders_exported_total');
    expect(written).toBe(before);
  });
  return response;
}

describe('an export of orders', () => {
  it('has a row for each order that matches, newest received first, and is called by the day', async () => {
    const response = await open('customer_id=many');
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="orders-${new Date().toISOString().slice(0, 10)}.csv"`,
      'cache-control': 'no-store',
      'transfer-encoding': 'chunked',
    });
    const rows = parse<Record<string, string>>(await text(response), { columns: true });
    expect(rows.map(({ order_uid }) => order_uid)).toEqual(manyUids);
    expect(rows[0]).toMatchObject({
      status: 'received',
      payment_status: 'unpaid',
      shipment_status: 'none',
      version: '1',
      date_created: sample.date_created,
      received_at: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/) as string,
      updated_at: expect.stringMatching(/Z$/) as string,
      amount: String(sample.payment.amount),
      currency: sample.payment.currency,
      customer_id: 'many',
      name: sample.delivery.name,
      // Taken for a text, and not for a sum.
      phone: `'${sample.delivery.phone}`,
      address: sample.delivery.address,
      items: String(((MANY_ORDERS - 1) % 3) + 1),
    });
  });

  it('has each order whole in JSON Lines, with its states', async () => {
    const response = await open('format=jsonl&customer_id=many');
    expect(response.headers['content-type']).toBe('application/jsonl; charset=utf-8');
    expect(response.headers['content-disposition']).toMatch(/\.jsonl"$/);
    const lines = (await text(response)).split('\n');
    expect(lines.pop()).toBe('');
    const exported = lines.map((line) => JSON.parse(line) as Order);
    expect(exported.map(({ order_uid }) => order_uid)).toEqual(manyUids);
    const { status, payment_status, shipment_status, version, received_at, updated_at, ...order } =
      exported[0] as Order & Record<string, unknown>;
    expect(order).toEqual((await app.inject({ url: `/api/orders/${manyUids[0]}` })).json());
    expect({ status, payment_status, shipment_status, version }).toEqual({
      status: 'received',
      payment_status: 'unpaid',
      shipment_status: 'none',
      version: 1,
    });
    expect([received_at, updated_at]).toEqual([expect.stringMatching(/Z$/), expect.stringMatching(/Z$/)]);
  });

  it('is a heading alone, or nothing, where no order matches', async () => {
    expect(await text(await open('customer_id=nobody'))).toMatch(/^order_uid,status,[a-z_,]+,items\r\n$/);
    expect(await text(await open('format=jsonl&status=returned'))).toBe('');
  });

  it('is read back from CSV as it was, whatever an order holds', async () => {
    const name = '=HYPERLINK("http://x","y"),\r\n\u202E שלום \u{1F600}';
    const [uid] = await storeOrders(house, 1, () => ({
      order_uid: 'hostile',
      customer_id: 'hostile',
      delivery: { ...sample.delivery, name, city: '-5', region: '@x' },
      payment: { ...sample.payment, amount: 9_007_199_254_740_991 },
    }));
    const exported = await text(await open('customer_id=hostile'));
    const [row] = parse<Record<string, string>>(exported, { columns: true });
    expect(row).toMatchObject({
      order_uid: uid,
      name: `'${name}`,
      city: '-5',
      region: `'@x`,
      amount: '9007199254740991',
    });
  });

  it('waits for a client that does not read without a connection to the database, and then goes on', async () => {
    const before = await metric('waybill_orders_exported_total');
    const response = await openUnread('customer_id=large');
    expect((await metric('waybill_orders_exported_total')) - before).toBeLessThan(LARGE_ORDERS);
    // The one connection of the pool is free, and in no transaction.
    expect((await app.inject({ url: '/api/orders?limit=1' })).statusCode).toBe(200);
    expect(await text(response).then((all) => all.split('\r\n').length)).toBe(LARGE_ORDERS + 2);
  });

  it('is one of as many as there may be at once, and the next has to come again', async () => {
    const under = [await openUnread('customer_id=large'), await openUnread('customer_id=large')];
    const refused = await open('customer_id=many');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '10']);
    expect(JSON.parse(await text(refused))).toMatchObject({ status: 503 });
    const asked = await app.inject({ method: 'HEAD', url: '/api/exports/orders' });
    expect([asked.statusCode, asked.headers['retry-after']]).toEqual([503, '10']);
    for (const response of under) response.destroy();
    await eventually(async () => {
      const answer = await open('customer_id=nobody');
      answer.resume();
      expect(answer.statusCode).toBe(200);
    });
    expect(await metric('waybill_orders_exports_total', { outcome: 'left' })).toBeGreaterThanOrEqual(2);
    expect(await metric('waybill_orders_exports_total', { outcome: 'refused' })).toBeGreaterThanOrEqual(1);
  });

  it('that breaks off has no end: its connection is cut', async () => {
    const response = await openUnread('customer_id=large');
    await house.rows('ALTER TABLE items RENAME TO items_away');
    try {
      await expect(text(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
    } finally {
      await house.rows('ALTER TABLE items_away RENAME TO items');
    }
    expect(response.complete).toBe(false);
    expect(await metric('waybill_orders_exports_total', { outcome: 'failed' })).toBe(1);
  });

  it('that breaks off is reset in HTTP/1.0, where the end of the connection would be that of the file', async () => {
    // Node may tell a reset as an end: libuv does where the end of the connection is seen beside the last bytes.
    const curl = spawn('curl', ['-s', '--http1.0', `${url}?customer_id=large`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const closed = once(curl, 'close');
    await once(curl.stdout, 'readable');
    await house.rows('ALTER TABLE items RENAME TO items_away');
    try {
      curl.stdout.resume();
      expect(await closed).toEqual([CURLE_RECV_ERROR, null]);
    } finally {
      await house.rows('ALTER TABLE items_away RENAME TO items');
    }
  });

  it('is refused as a problem while nothing of it was sent', async () => {
    await house.rows('ALTER TABLE items RENAME TO items_away');
    const away = await app.inject({ url: '/api/exports/orders' });
    await house.rows('ALTER TABLE items_away RENAME TO items');
    expect([away.statusCode, away.headers['content-type']]).toEqual([
      503,
      'application/problem+json; charset=utf-8',
    ]);
    const faulty = await app.inject({ url: '/api/exports/orders?format=xls&limit=2&status=gone' });
    expect(faulty.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path)).toEqual([
      'format',
      'status',
      'limit',
    ]);
    const head = await app.inject({ method: 'HEAD', url: '/api/exports/orders' });
    expect([head.statusCode, head.body]).toEqual([200, '']);
  });
});
