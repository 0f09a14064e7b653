import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { METHODS } from 'node:http';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ask, exchange, expectProblem, metric, pathsOf, postText, type Problem } from '../e2e/api.js';
import { createPipeline, type Pipeline } from '../kafka/order-pipeline.harness.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { sampleOrder, type JsonObject } from '../support/sample-order.js';
import { useTier } from '../support/tiers.js';
import { SHOP, type WaybillProcess } from '../support/waybill-process.js';
import { nginxBefore } from './nginx.js';
import { publicCase } from './public-case.js';

const run = promisify(execFile);
const tier = useTier('kafka');
const nginxCommand = await findCommand('nginx');

describe.skipIf(tier.skipped)('an order as an event and as a request', () => {
  let pipeline: Pipeline;
  let waybill: WaybillProcess;

  beforeAll(async () => {
    pipeline = await createPipeline(tier.brokers);
    waybill = await pipeline.start(SHOP);
  });
  afterAll(() => pipeline.close());

  function anOrder(fields: JsonObject = {}, orderUid: string = randomUUID()): JsonObject {
    const order = sampleOrder();
    return {
      ...order,
      order_uid: orderUid,
      payment: { ...(order['payment'] as JsonObject), transaction: orderUid },
      ...fields,
    };
  }
  const itemOf = (order: JsonObject): JsonObject => (order['items'] as JsonObject[])[0]!;

  /** The order as it can be read; of what comes over HTTP, the answer to the request. */
  async function readBack(orderUid: string): Promise<JsonObject> {
    const { status, text } = await ask(`${waybill.url}/api/orders/${orderUid}`);
    expect(status, text).toBe(200);
    return JSON.parse(text) as JsonObject;
  }

  /** Sends an event, and returns the reason that it is refused for. */
  async function refusedEvent(value: string): Promise<string> {
    const key = randomUUID();
    await pipeline.send([{ key, value }]);
    return eventually(
      async () => {
        const { rows } = await pipeline.db.query<{ reason: string }>(
          `SELECT reason FROM dead_letters WHERE convert_from(key, 'UTF8') = $1`,
          [key],
        );
        expect(rows).toHaveLength(1);
        return rows[0]!.reason;
      },
      { timeoutMs: 45_000 },
    );
  }

  async function refusedRequest(text: string): Promise<Problem> {
    return expectProblem(await postText(waybill.url, text), 400);
  }

  /** Both ways refuse it, and each names all of the paths. */
  async function expectRefused(text: string, ...paths: string[]): Promise<void> {
    const [reason, problem] = await Promise.all([refusedEvent(text), refusedRequest(text)]);
    for (const path of paths) expect(reason).toContain(`${path} `);
    expect(pathsOf(problem)).toEqual(expect.arrayContaining(paths));
  }

  /** Both ways store it; what they answer afterwards is the expected. @param textOf the same order under an id */
  async function expectStored(
    textOf: (orderUid: string) => string,
    expectedOf = (orderUid: string) => JSON.parse(textOf(orderUid)) as JsonObject,
  ): Promise<void> {
    const [event, request] = [randomUUID(), randomUUID()];
    await pipeline.send([{ key: event, value: textOf(event) }]);
    const answer = await postText(waybill.url, textOf(request));
    expect(answer.status, answer.text).toBe(201);
    expect(await readBack(request)).toEqual(expectedOf(request));
    await eventually(async () => expect(await readBack(event)).toEqual(expectedOf(event)), {
      timeoutMs: 45_000,
    });
  }
  const textWith = (fields: JsonObject) => (orderUid: string) => JSON.stringify(anOrder(fields, orderUid));

  publicCase('P01', () => expectStored(textWith({ date_created: '2024-08-12T15:04:05.123456789+03:00' })));

  publicCase('P03', async () => {
    const withExtra = (orderUid: string): string => {
      const order = anOrder({}, orderUid);
      for (const part of [order['delivery'], order['payment'], itemOf(order)]) {
        (part as JsonObject)['order_uid'] = orderUid;
      }
      return JSON.stringify(order);
    };
    const before = await metric(waybill.url, 'waybill_orders_unknown_fields_total');
    const orderUid = randomUUID();
    await pipeline.send([{ key: orderUid, value: withExtra(orderUid) }]);
    await eventually(async () => expect(await readBack(orderUid)).toEqual(anOrder({}, orderUid)), {
      timeoutMs: 45_000,
    });
    await eventually(async () =>
      expect((await metric(waybill.url, 'waybill_orders_unknown_fields_total')) - before).toBe(3),
    );
    const problem = await refusedRequest(withExtra(randomUUID()));
    expect(pathsOf(problem)).toEqual(['delivery.order_uid', 'payment.order_uid', 'items[0].order_uid']);
  });

  publicCase('P04', async () => {
    const { shardkey, ...order } = anOrder();
    const text = JSON.stringify({ ...order, shard_key: shardkey });
    expect(await refusedEvent(text)).toMatch(/^shardkey is missing/);
    expect(pathsOf(await refusedRequest(text))).toEqual(['shardkey', 'shard_key']);
  });

  publicCase('P05', async () => {
    const { internal_signature: _signature, ...order } = anOrder();
    const { request_id: _request, custom_fee: _fee, ...payment } = order['payment'] as JsonObject;
    const text = JSON.stringify({ ...order, payment });
    await expectRefused(text, 'payment.request_id', 'payment.custom_fee', 'internal_signature');
  });

  publicCase('P06', async () => {
    const text = JSON.stringify([anOrder(), anOrder()]);
    expect(await refusedEvent(text)).toContain('must be an object, not a list');
    expect((await refusedRequest(text)).errors).toMatchObject([
      { pointer: '#', detail: 'must be an object, not a list' },
    ]);
  });

  publicCase('P07', async () => {
    const text = JSON.stringify(anOrder(), (_name, value: unknown) => {
      if (typeof value === 'string') return 'string';
      return typeof value === 'number' ? 0 : value;
    });
    await expectRefused(text, 'delivery.email', 'payment.currency', 'date_created');
  });

  publicCase('P08', async () => {
    await expectRefused(JSON.stringify(anOrder({ order_uid: `1'; DROP TABLE orders; --` })), 'order_uid');
    await pipeline.db.query('SELECT count(*) FROM orders');
  });

  publicCase('P10', async () => {
    const text = JSON.stringify(anOrder())
      .replace(/"sm_id":\d+/, '"sm_id":3400783320913439000')
      .replace(/"chrt_id":\d+/, '"chrt_id":-5577006791947779410');
    await expectRefused(text, 'sm_id', 'items[0].chrt_id');
  });

  publicCase('P11', async () => {
    const order = anOrder({ shardkey: 9, oof_shard: 1 });
    const payment = { ...(order['payment'] as JsonObject), payment_dt: '2021-11-26T09:22:07Z' };
    await expectRefused(JSON.stringify({ ...order, payment }), 'shardkey', 'oof_shard', 'payment.payment_dt');
  });

  publicCase('P12', () =>
    expectStored((orderUid) => {
      const order = anOrder({}, orderUid);
      return JSON.stringify({ ...order, payment: { ...(order['payment'] as JsonObject), currency: 'XCG' } });
    }),
  );

  publicCase('P14', async () => {
    const textOf = (orderUid: string): string =>
      JSON.stringify(anOrder({}, orderUid))
        .replace('"amount":1817', '"amount":1817.0')
        .replace('"price":453', '"price":4.53e2');
    expect(textOf('x')).toContain('"amount":1817.0');
    expect(textOf('x')).toContain('"price":4.53e2');
    await expectStored(textOf);
    await expectRefused(JSON.stringify(anOrder()).replace('"price":453', '"price":453.5'), 'items[0].price');
  });

  publicCase('P15', async () => {
    await expectStored(textWith({}));
    for (const orderUid of ['order:1', 'WB.2024.1', 'F21d\n', 'a'.repeat(65), 'заказ1', 12345]) {
      await expectRefused(JSON.stringify({ ...anOrder(), order_uid: orderUid }), 'order_uid');
    }
  });

  publicCase('P16', async () => {
    const item = itemOf(anOrder());
    await expectStored(textWith({ items: Array<JsonObject>(1_000).fill(item) }));
    const text = JSON.stringify(anOrder({ items: Array<JsonObject>(1_001).fill(item) }));
    expect(await refusedEvent(text)).toContain('a list of 1001');
    expect((await refusedRequest(text)).detail).toContain('a list of 1001');
  });

  publicCase('P18', () => {
    const delivery = {
      ...(anOrder()['delivery'] as JsonObject),
      name: 'e\u0301 \u202egnirts\u202c 👩‍👩‍👧 \u2028 \ufeff \ufffe \u0001',
      address: 'x'.repeat(900_000),
    };
    return expectStored(textWith({ delivery, customer_id: '😀'.repeat(255) }));
  });

  publicCase('P19', async () => {
    for (const date of [
      '2021-11-26 06:22:19',
      '2021-11-26T06:22:19.000+0000',
      '2021-11-26T06:22Z',
      '2021-11-26T06:22:19+03:00[Europe/Moscow]',
      '2021-11-26T06:22:19,5Z',
    ]) {
      await expectRefused(JSON.stringify(anOrder({ date_created: date })), 'date_created');
    }
  });

  publicCase('P20', async () => {
    const order = anOrder();
    itemOf(order)['x.y'] = 5;
    const { errors } = await refusedRequest(JSON.stringify(order));
    expect(errors!.map(({ pointer }) => pointer)).toEqual(['#/items/0/x.y']);
  });

  publicCase('P21', async () => {
    const order = anOrder({ date_created: '2024-08-12T12:04:05.123456789Z', customer_id: randomUUID() });
    expect((await postText(waybill.url, JSON.stringify(order))).status).toBe(201);
    const listed = async (from: string, to: string): Promise<unknown> => {
      const query = `customer_id=${order['customer_id'] as string}&from=${from}&to=${to}`;
      return JSON.parse((await ask(`${waybill.url}/api/orders?${query}`)).text);
    };
    expect(await listed('2024-08-12T12:04:05.123400Z', '2024-08-12T12:04:05.123500Z')).toEqual([order]);
    expect(await listed('2024-08-12T12:04:05.123500Z', '2024-08-12T12:04:05.123600Z')).toEqual([]);
  });

  publicCase('P59', async () => {
    const order = anOrder();
    const curl = async (...args: string[]): Promise<string> =>
      (await run('curl', ['--silent', '--http2', '--write-out', '\n%{http_code} %{http_version}', ...args]))
        .stdout;
    const orders = `${waybill.url}/api/orders`;
    const posted = await curl('-H', 'content-type: application/json', '-d', JSON.stringify(order), orders);
    expect(posted).toMatch(/\n201 1\.1$/);
    const [body, state] = (await curl(`${orders}/${order['order_uid'] as string}`)).split('\n');
    expect(JSON.parse(body!)).toEqual(order);
    expect(state).toBe('200 1.1');
  });

  publicCase('P60', async () => {
    const body = new Uint8Array(gzipSync(JSON.stringify(anOrder())));
    const answer = await postText(waybill.url, body, { 'content-encoding': 'gzip' });
    expect(expectProblem(answer, 415).detail).toContain('Content-Encoding');
    expect(answer.headers.get('accept-encoding')).toBe('identity');
  });

  describe.skipIf(nginxCommand === undefined)('behind nginx', () => {
    publicCase('P62', async () => {
      const nginx = await nginxBefore(waybill.url, nginxCommand!);
      try {
        const order = anOrder();
        expect((await postText(waybill.url, JSON.stringify(order))).status).toBe(201);
        const url = `${nginx.url}/api/orders/${order['order_uid'] as string}`;
        // Its ETag moves with its states.
        await eventually(async () =>
          expect((await ask(url)).headers.get('x-order-status')).toBe('confirmed'),
        );
        const etag = (await ask(url, { headers: { 'accept-encoding': 'gzip' } })).headers.get('etag')!;
        expect(etag).toMatch(/^W\/"/);
        expect((await ask(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
        const put = {
          method: 'PUT',
          body: JSON.stringify({ ...order, locale: 'pl' }),
          headers: { 'content-type': 'application/json', 'if-match': etag },
        };
        const problem = expectProblem(await ask(url, put), 412);
        expect(JSON.stringify(problem)).not.toMatch(/has been changed/);
        expect(problem.detail).toContain('weak');
      } finally {
        await nginx.stop();
      }
    });
  });

  publicCase('P64', async () => {
    const count = async (): Promise<Set<string>> => {
      const { text } = await ask(`${waybill.url}/metrics`);
      const name = 'waybill_http_request_duration_seconds_count{';
      return new Set(
        text
          .split('\n')
          .filter((line) => line.startsWith(name))
          .map((line) => line.split('} ')[0]!),
      );
    };
    const send = (method: string, path: string): Promise<string> =>
      exchange(
        waybill.url,
        `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    for (let n = 0; n < 60; n++) await send(`MADE${n}UP`, '/');
    for (const method of METHODS) await send(method, '/api/orders');
    const before = await count();
    for (let n = 0; n < 60; n++) {
      await send('GET', `/made/up-${n}`);
      await send('GET', `/api/orders/made-up-${n}`);
    }
    const after = await count();
    expect([...after].filter((series) => series.includes('MADE'))).toEqual([]);
    expect(after.size - before.size).toBeLessThanOrEqual(3);
    expect(after.size).toBeLessThan(METHODS.length + 40);
  });
});
