import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleEvents, type JsonObject } from '../support/sample-order.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, JSON_TYPE, pathsOf, post, postText } from './api.js';

const MIB = 1_048_576;

describe('POST /api/orders', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  const find = (orderUid: string) => ask(`${waybill.url}/api/orders/${orderUid}`);

  async function listed(): Promise<string[]> {
    const answer = await ask(`${waybill.url}/api/orders?limit=500`);
    return (JSON.parse(answer.text) as { order_uid: string }[]).map((order) => order.order_uid);
  }

  it('stores a new order: 201, with its Location and the ETag that a look-up has', async () => {
    const order = anOrder();
    const answer = await post(waybill.url, order);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-type')).toBe(JSON_TYPE);
    expect(answer.headers.get('location')).toBe(`/api/orders/${order.order_uid}`);
    expect(JSON.parse(answer.text)).toEqual({
      order_uid: order.order_uid,
      version: 1,
      outcome: 'stored',
      totals_match: true,
    });
    const found = await ask(waybill.url + answer.headers.get('location'));
    expect(JSON.parse(found.text)).toEqual(order);
    expect(found.headers.get('etag')).toBe(answer.headers.get('etag'));
  });

  it('answers 200 to the same content, however it is written, and changes nothing', async () => {
    const order = anOrder();
    const first = await post(waybill.url, order);
    const fieldsBackwards = Object.fromEntries(Object.entries(order).reverse());
    for (const text of [JSON.stringify(order), JSON.stringify(fieldsBackwards, undefined, 4)]) {
      const again = await postText(waybill.url, text);
      expect(again.status).toBe(200);
      expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
      expect(JSON.parse(again.text)).toMatchObject({ version: 1, outcome: 'unchanged' });
    }
  });

  it('answers 200 to other content under the same id, which is version 2 with an ETag of its own', async () => {
    const order = anOrder();
    const first = await post(waybill.url, order);
    const changed = { ...order, locale: 'pl' };
    const answer = await post(waybill.url, changed);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('location')).toBe(`/api/orders/${order.order_uid}`);
    expect(answer.headers.get('etag')).not.toBe(first.headers.get('etag'));
    expect(JSON.parse(answer.text)).toMatchObject({ version: 2, outcome: 'updated' });
    expect(JSON.parse((await find(order.order_uid)).text)).toEqual(changed);
  });

  it('leaves one of many concurrent contents of an order, whole', async () => {
    const { order_uid } = anOrder();
    const contents = Array.from({ length: 20 }, (_, n) =>
      anOrder({ order_uid, customer_id: `c-${n}`, track_number: `t-${n}`, shardkey: `${n}` }),
    );
    const answers = await Promise.all(contents.map((order) => post(waybill.url, order)));
    expect(answers.map((answer) => answer.status).filter((status) => status === 201)).toHaveLength(1);
    const versions = answers.map((answer) => (JSON.parse(answer.text) as { version: number }).version);
    expect(versions.sort((a, b) => a - b)).toEqual(contents.map((_, n) => n + 1));
    const found = JSON.parse((await find(order_uid)).text) as JsonObject;
    expect(contents).toContainEqual(found);
    const last = answers.find((answer) => (JSON.parse(answer.text) as { version: number }).version === 20)!;
    expect((await find(order_uid)).headers.get('etag')).toBe(last.headers.get('etag'));
  });

  it('stores 200 concurrent orders, each of them', async () => {
    const orders = Array.from({ length: 200 }, () => anOrder({ customer_id: 'all-at-once' }));
    const answers = await Promise.all(orders.map((order) => post(waybill.url, order)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    const list = await ask(`${waybill.url}/api/orders?customer_id=all-at-once&limit=500`);
    const stored = (JSON.parse(list.text) as { order_uid: string }[]).map((order) => order.order_uid);
    expect(stored.sort()).toEqual(orders.map((order) => order.order_uid).sort());
  });

  const events = sampleEvents();

  it.each(events.filter((event) => event.verdict === 'dead-letter'))(
    'answers 400 to $name ($why) and stores nothing',
    async ({ raw, why }) => {
      const before = await listed();
      const problem = expectProblem(await postText(waybill.url, raw), 400);
      const [path] = pathsOf(problem);
      // The reason begins with the field's name where there is one to blame.
      const field =
        /^((?:payment|delivery|items\[0\])\.\w+|order_uid|date_created|items|payment|delivery)\b/.exec(why);
      if (field) expect(path).toBe(field[0]);
      expect(problem.errors!.every(({ detail }) => detail !== '')).toBe(true);
      expect(await listed()).toEqual(before);
    },
  );

  it.each(
    events.filter(
      (event) => event.verdict === 'accepted' && !['unknown-field', 'proto'].includes(event.name),
    ),
  )('stores $name ($why) field for field', async ({ raw }) => {
    const order = JSON.parse(raw) as JsonObject & { order_uid: string };
    expect((await postText(waybill.url, raw)).status).toBe(201);
    expect(JSON.parse((await find(order.order_uid)).text)).toEqual(order);
  });

  it.each(events.filter((event) => ['unknown-field', 'proto'].includes(event.name)))(
    'refuses $name by the name of the field, although an event with it is taken',
    async ({ raw }) => {
      const known = new Set(Object.keys(anOrder()));
      const unknown = [...raw.matchAll(/"([^"\\]+)":/g)]
        .map(([, name]) => name!)
        .filter((name) => /proto/.test(name));
      const problem = expectProblem(await postText(waybill.url, raw), 400);
      for (const path of pathsOf(problem)) expect(known).not.toContain(path);
      if (unknown.length > 0) expect(pathsOf(problem)).toContain('__proto__');
      expect((await find((JSON.parse(raw) as { order_uid: string }).order_uid)).status).toBe(404);
    },
  );

  it('names every fault at once, and where each stands as a path and as a JSON Pointer', async () => {
    const order = anOrder({ order_uid: 'a b', colour: 'red' });
    (order.payment as JsonObject).amount = -1;
    (order.items as JsonObject[])[0]!.sale = 101;
    const problem = expectProblem(await post(waybill.url, order), 400);
    expect(problem.errors!.map(({ path, pointer }) => [path, pointer]).sort()).toEqual([
      ['colour', '#/colour'],
      ['items[0].sale', '#/items/0/sale'],
      ['order_uid', '#/order_uid'],
      ['payment.amount', '#/payment/amount'],
    ]);
  });

  it.each([
    ['no JSON', '{'],
    ['no body', ''],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
  ])('answers 400 to %s', async (_name, body) => {
    expect(pathsOf(expectProblem(await postText(waybill.url, body), 400))).toEqual(['']);
  });

  it('takes a body of exactly 1 MiB and refuses one of a byte more', async () => {
    const order = anOrder();
    const atLimit = JSON.stringify(order).padEnd(MIB, ' ');
    expect((await postText(waybill.url, atLimit)).status).toBe(201);
    const other = JSON.stringify(anOrder()).padEnd(MIB + 1, ' ');
    expect(expectProblem(await postText(waybill.url, other), 413).detail).toContain('1 MiB');
  });

  it('refuses more than 1 MiB also when its length is not announced', async () => {
    const body = new Blob([new Uint8Array(MIB + 1)]).stream();
    const answer = await ask(`${waybill.url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    });
    expectProblem(answer, 413);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/problem+json',
  ])('answers 415 to a body of type %s', async (contentType) => {
    const order = anOrder();
    const answer = await post(waybill.url, order, { 'content-type': contentType });
    expect(pathsOf(expectProblem(answer, 415))).toEqual(['Content-Type']);
    expect((await find(order.order_uid)).status).toBe(404);
  });

  it.each(['application/json', 'Application/JSON', 'application/json;charset=UTF-8'])(
    'takes a body of type %s',
    async (contentType) => {
      expect((await post(waybill.url, anOrder(), { 'content-type': contentType })).status).toBe(201);
    },
  );
});
