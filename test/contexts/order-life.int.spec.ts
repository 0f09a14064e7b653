import { pino } from 'pino';
import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Waybill } from '../../src/waybill.js';
import { type Answer, anOrder, ask, expectProblem, post, store } from '../e2e/api.js';
import { watch } from '../e2e/event-stream.js';
import { eventually } from '../support/eventually.js';
import { houseOf } from '../support/house-of.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';

let database: WaybillDatabase;
let waybill: Waybill;
let url: string;

beforeAll(async () => {
  database = await openWaybillDatabase();
  const { host, port, user, password, database: name } = database.connection;
  const house = houseOf({
    DB_HOST: host,
    DB_PORT: port,
    DB_USER: user,
    DB_PASSWORD: password,
    DB_NAME: name,
    SERVER_PORT: 0,
    CONTEXTS: ['orders'],
  });
  register.clear();
  const orders = house.contexts.filter(({ name: context }) => context === 'orders');
  waybill = await Waybill.start({ ...house, contexts: orders }, pino({ level: 'silent' }));
  await waybill.whenReady();
  ({ url } = waybill);
});

afterAll(async () => {
  await waybill.stop();
  await database.drop();
});

/** An announcement as its owner's relay would publish it. */
async function announce(
  topic: string,
  value: { order_uid: string } & Record<string, unknown>,
): Promise<void> {
  await database.rows(
    `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
     VALUES ('order', $1, 'announcement', $2, '{"content-type": "application/json"}', $3)`,
    [value.order_uid, topic, Buffer.from(JSON.stringify(value))],
  );
}

const announceShipment = (order_uid: string, number: number, shipment_status: string, state: string) =>
  announce('shipment-status', {
    order_uid,
    number,
    shipment_status,
    content_version: 1,
    parcels: [{ track_number: 'T1', state, location: 'Gdańsk', occurred_at: null, estimated_at: null }],
    cause: 'carrier:1',
    a_field_of_later: true,
  });

const send = (path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${url}/api/orders/${path}`, {
    method: 'POST',
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });

const get = (path: string, headers: Record<string, string> = {}) =>
  ask(`${url}/api/orders/${path}`, { headers });

const statesIn = ({ headers }: Answer): (string | null)[] =>
  ['x-order-status', 'x-payment-status', 'x-shipment-status'].map((name) => headers.get(name));

async function stored(fields = {}): Promise<string> {
  const order = anOrder(fields);
  await store(url, order);
  return order.order_uid;
}

describe('the states of an order', () => {
  it('stand in headers, also of an answer that is not sent again, and its content stays as it came', async () => {
    const order = anOrder();
    const etag = await store(url, order);
    expect(statesIn(await get(order.order_uid))).toEqual(['received', 'unpaid', 'none']);
    await announce('payment-status', {
      order_uid: order.order_uid,
      number: 1,
      payment_status: 'paid',
      content_version: 1,
    });
    const paid = await eventually(async () => {
      const answer = await get(order.order_uid, { 'if-none-match': etag });
      expect(answer.status).toBe(200);
      return answer;
    });
    expect(statesIn(paid)).toEqual(['received', 'paid', 'none']);
    expect(JSON.parse(paid.text)).toEqual(order);
    const again = await get(order.order_uid, { 'if-none-match': paid.headers.get('etag')! });
    expect(again.status).toBe(304);
    expect(statesIn(again)).toEqual(['received', 'paid', 'none']);
    const late = await ask(`${url}/api/orders/${order.order_uid}`, {
      method: 'PUT',
      headers: { 'if-match': etag, 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, locale: 'pl' }),
    });
    expectProblem(late, 412);
  });

  it('narrow a list, several values at once', async () => {
    const customer_id = `life-${Date.now()}`;
    const [one, other, third] = [
      await stored({ customer_id }),
      await stored({ customer_id }),
      await stored({ customer_id }),
    ];
    await send(`${one}/status`, { status: 'confirmed' });
    await send(`${other}/cancel`);
    const listed = async (query: string): Promise<string[]> => {
      const { text } = await ask(`${url}/api/orders?customer_id=${customer_id}&view=summary&${query}`);
      return (JSON.parse(text) as { order_uid: string }[]).map(({ order_uid }) => order_uid).sort();
    };
    expect(await listed('status=confirmed,cancelled')).toEqual([one, other].sort());
    expect(await listed('status=received&payment_status=unpaid,paid')).toEqual([third]);
    expect(await listed('shipment_status=lost')).toEqual([]);
    expectProblem(await ask(`${url}/api/orders?status=updated`), 400);
  });

  it('refuse an announcement that is none, as a dead letter with the reason', async () => {
    const order_uid = await stored();
    await announce('stock-status', { order_uid, number: 0, outcome: 'gone', content_version: 1 });
    await eventually(async () => {
      const letters = await database.rows<{ reason: string }>(
        `SELECT reason FROM dead_letters WHERE topic = 'stock-status' AND context = 'orders'`,
      );
      expect(letters).toHaveLength(1);
      expect(letters[0]!.reason).toMatch(
        /outcome must be one of reserved.*; number must be a whole number from 1/,
      );
    });
  });
});

describe('POST /api/orders/:order_uid/status and /cancel', () => {
  it('walk the table with an ETag each, and name what is allowed where they are refused', async () => {
    const uid = await stored();
    const confirmed = await send(`${uid}/status`, { status: 'confirmed', reason: 'by hand' });
    expect(confirmed.status, confirmed.text).toBe(200);
    expect(JSON.parse(confirmed.text)).toEqual({
      order_uid: uid,
      status: 'confirmed',
      payment_status: 'unpaid',
      shipment_status: 'none',
      version: 2,
    });
    expect((await get(uid)).headers.get('etag')).toBe(confirmed.headers.get('etag'));
    const again = await send(`${uid}/status`, { status: 'confirmed' });
    expect([again.status, again.headers.get('etag')]).toEqual([200, confirmed.headers.get('etag')]);
    const refused = expectProblem(await send(`${uid}/status`, { status: 'delivered' }), 409);
    expect(refused.detail).toContain('may become packed or shipped or cancelled');
    expectProblem(await send(`${uid}/status`, { status: 'packed' }, { 'if-match': '"v1-0"' }), 412);
    expectProblem(await send(`${uid}/cancel`, {}, { 'if-match': 'v1' }), 400);
    expectProblem(await send('nobody/cancel', {}), 404);
    const faults = { status: 'gone', reason: '', by: ' ', more: 1 };
    const faulty = expectProblem(await send(`${uid}/status`, faults), 400);
    expect(faulty.errors!.map(({ path }) => path)).toEqual(['status', 'reason', 'by', 'more']);
    expectProblem(await send(`${uid}/cancel`, { by: 'x'.repeat(101) }), 400);
    expect((await send(`${uid}/cancel`, { reason: 'asked for' })).status).toBe(200);
    expectProblem(await send(`${uid}/status`, { status: 'confirmed' }), 409);
  });

  it('give the first answer again for an Idempotency-Key, also a refusal', async () => {
    const uid = await stored();
    const key = { 'idempotency-key': `"${uid}"` };
    const refused = await send(`${uid}/status`, { status: 'packed' }, key);
    expectProblem(refused, 409);
    await send(`${uid}/status`, { status: 'confirmed' });
    const again = await send(`${uid}/status`, { status: 'packed' }, key);
    expect([again.status, again.text]).toEqual([409, refused.text]);
    expectProblem(await send(`${uid}/status`, { status: 'shipped' }, key), 422);
    const cancelled = await send(`${uid}/cancel`, undefined, key);
    expect(cancelled.status).toBe(200);
    expect((await send(`${uid}/cancel`, undefined, key)).text).toBe(cancelled.text);
  });
});

describe('an order of which a parcel has moved', () => {
  it('gets no other content and no cancellation, over HTTP either', async () => {
    const order = anOrder();
    await store(url, order);
    const { order_uid: uid } = order;
    await announceShipment(uid, 1, 'partially_shipped', 'accepted');
    await eventually(async () => expect(statesIn(await get(uid))[2]).toBe('partially_shipped'));
    const conflict = expectProblem(await post(url, { ...order, locale: 'pl' }), 409);
    expect(conflict.detail).toContain('it can get no other content');
    const key = { 'idempotency-key': `"${uid}"` };
    const keyed = await post(url, { ...order, locale: 'pl' }, key);
    expect([keyed.status, (await post(url, { ...order, locale: 'pl' }, key)).text]).toEqual([
      409,
      keyed.text,
    ]);
    expect((await post(url, order)).status).toBe(200);
    expectProblem(await send(`${uid}/cancel`), 409);
  });
});

describe('the history and the summary of an order', () => {
  it('tell what has become of it, by pages, and how it stands', async () => {
    const uid = await stored();
    await send(`${uid}/status`, { status: 'confirmed', reason: 'by hand', by: 'Mia \u{1F600}' });
    await announceShipment(uid, 7, 'shipped', 'in_transit');
    await eventually(async () => expect(statesIn(await get(uid))[0]).toBe('shipped'));
    const versions: Record<string, unknown>[] = [];
    for (let path: string | undefined = `/api/orders/${uid}/history?limit=1`; path !== undefined;) {
      const page = await ask(url + path);
      versions.push(...(JSON.parse(page.text) as Record<string, unknown>[]));
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(versions.map(({ version, change, to, source }) => [version, change, to, source])).toEqual([
      [1, 'received', 'received', 'api'],
      [2, 'status', 'confirmed', 'api'],
      [3, 'shipment_status', 'shipped', 'tracking'],
      [4, 'status', 'shipped', 'tracking'],
    ]);
    expect(versions[0]).toMatchObject({ by: null });
    expect(versions[1]).toMatchObject({
      from: 'received',
      by: 'Mia \u{1F600}',
      reason: 'by hand',
      cause: null,
    });
    expect(versions[3]).toMatchObject({ from: 'confirmed', by: null, cause: `tracking:${uid}:7` });
    const summary = JSON.parse((await get(`${uid}/summary`)).text) as Record<string, unknown>;
    expect(summary).toMatchObject({
      order_uid: uid,
      status: 'shipped',
      next: ['delivered', 'returned'],
      version: 4,
      content_version: 1,
      payments: { currency: 'USD', amount: 1_817, balance: null },
      parcels: [{ track_number: 'T1', location: 'Gdańsk' }],
      stock: null,
    });
    expectProblem(await get('nobody/history'), 404);
    expectProblem(await get('nobody/summary'), 404);
    expectProblem(await get(`${uid}/history?cursor=x`), 400);
  });
});

describe('the streams of events', () => {
  it('of one order tell each version once, from the one on that was seen', async () => {
    const uid = await stored();
    const path = `/api/orders/${uid}/events`;
    const [all, fromNow] = [await watch(url, path, { 'last-event-id': '0' }), await watch(url, path)];
    await all.eventWith('1');
    await send(`${uid}/status`, { status: 'confirmed' });
    await all.eventWith('2');
    const late = await watch(url, path, { 'last-event-id': '1' });
    await send(`${uid}/status`, { status: 'packed' });
    await Promise.all([all, fromNow, late].map((stream) => stream.eventWith('3')));
    const ids = [all, fromNow, late].map(({ events }) => events.map(({ id }) => id));
    expect(ids).toEqual([
      ['1', '2', '3'],
      ['2', '3'],
      ['2', '3'],
    ]);
    expect(late.events[1]).toMatchObject({
      event: 'order-version',
      data: { change: 'status', to: 'packed' },
    });
    for (const stream of [all, fromNow, late]) stream.hangUp();
    expectProblem(await get('nobody/events'), 404);
    expectProblem(await get(`${uid}/events`, { 'last-event-id': 'x' }), 400);
  });

  it('of all orders goes on behind the last event that was seen, and says where it cannot', async () => {
    const first = await watch(url);
    const uid = await stored();
    const seen = await first.eventWith(`${uid}:1`);
    first.hangUp();
    await send(`${uid}/status`, { status: 'confirmed' });
    await eventually(async () => expect(await database.rows('SELECT FROM outbox')).toEqual([]));
    const again = await watch(url, '/api/events', { 'last-event-id': seen.id });
    await again.eventWith(`${uid}:2`);
    expect(again.events.map(({ event, data }) => [event, data.version])).toEqual([['order-status', 2]]);
    again.hangUp();
    const unknown = await watch(url, '/api/events', { 'last-event-id': `${uid}:1` });
    await eventually(() => expect(unknown.events.map(({ event }) => event)).toEqual(['reset']));
    unknown.hangUp();
  });
});
