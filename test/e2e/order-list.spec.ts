import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, JSON_TYPE, pathsOf, store } from './api.js';

type Listed = { order_uid: string }[];

describe('GET /api/orders', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill({ env: SHOP });
  });
  afterAll(() => waybill.stop());

  async function list(query: string): Promise<string[]> {
    const answer = await ask(`${waybill.url}/api/orders?${query}`);
    expect(answer.status, answer.text).toBe(200);
    return (JSON.parse(answer.text) as Listed).map((order) => order.order_uid);
  }

  /** Stores orders of one customer, one after the other, and returns their ids, newest first. */
  async function storeFor(customerId: string, count: number, fields = {}): Promise<string[]> {
    const orderUids: string[] = [];
    for (let n = 0; n < count; n++) {
      const order = anOrder({ customer_id: customerId, ...fields });
      await store(waybill.url, order);
      orderUids.unshift(order.order_uid);
    }
    return orderUids;
  }

  it('is an array of whole orders, the newest received first', async () => {
    const orderUids = await storeFor('newest-first', 3);
    const answer = await ask(`${waybill.url}/api/orders?customer_id=newest-first`);
    expect(answer.headers.get('content-type')).toBe(JSON_TYPE);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const orders = JSON.parse(answer.text) as Listed;
    expect(orders.map((order) => order.order_uid)).toEqual(orderUids);
    expect(orders[0]).toEqual(anOrder({ customer_id: 'newest-first', order_uid: orderUids[0] }));
  });

  it('leads by its Link header from page to page until the last', async () => {
    const orderUids = await storeFor('pages', 7);
    const pages: string[][] = [];
    let next: string | undefined = '/api/orders?limit=3&customer_id=pages';
    while (next !== undefined) {
      const answer = await ask(waybill.url + next);
      pages.push((JSON.parse(answer.text) as Listed).map((order) => order.order_uid));
      const link = answer.headers.get('link');
      next = link === null ? undefined : /^<([^>]+)>; rel="next"$/.exec(link)![1]!;
    }
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual(orderUids);
  });

  it('has no Link on a page that ends exactly with the last order', async () => {
    await storeFor('exactly', 2);
    const answer = await ask(`${waybill.url}/api/orders?customer_id=exactly&limit=2`);
    expect(JSON.parse(answer.text)).toHaveLength(2);
    expect(answer.headers.get('link')).toBeNull();
  });

  it('shows no order twice and skips none when orders come in between two pages', async () => {
    const before = await storeFor('meanwhile', 4);
    const first = await ask(`${waybill.url}/api/orders?customer_id=meanwhile&limit=2`);
    await storeFor('meanwhile', 2);
    const next = /<([^>]+)>/.exec(first.headers.get('link')!)![1]!;
    const second = await ask(waybill.url + next);
    expect((JSON.parse(second.text) as Listed).map((order) => order.order_uid)).toEqual(before.slice(2));
  });

  it('has 50 orders by default and 500 at most', async () => {
    const answer = await ask(`${waybill.url}/api/orders/test?count=501`, { method: 'POST' });
    expect(answer.status).toBe(202);
    await expect.poll(() => list('limit=500'), { timeout: 20_000 }).toHaveLength(500);
    expect(await list('')).toHaveLength(50);
  });

  it('filters by each field', async () => {
    const [mine] = await storeFor('filters', 1, { track_number: 'TRACK-1', delivery_service: 'pigeon' });
    await storeFor('filters', 1, { track_number: 'TRACK-2', delivery_service: 'drone' });
    expect(await list('track_number=TRACK-1')).toEqual([mine]);
    expect(await list('customer_id=filters&delivery_service=pigeon')).toEqual([mine]);
    expect(await list('customer_id=filters&delivery_service=snail')).toEqual([]);
  });

  it('filters by status, one or several, also after it has changed', async () => {
    const [kept, dropped] = [anOrder({ customer_id: 'by-status' }), anOrder({ customer_id: 'by-status' })];
    for (const order of [kept, dropped]) await store(waybill.url, order);
    const both = [dropped.order_uid, kept.order_uid];
    await eventually(async () => {
      expect(await list('customer_id=by-status&status=confirmed')).toEqual(both);
    });
    expect(await list('customer_id=by-status&status=received')).toEqual([]);
    const cancelling = await ask(`${waybill.url}/api/orders/${dropped.order_uid}/cancel`, { method: 'POST' });
    expect(cancelling.status).toBe(200);
    expect(await list('customer_id=by-status&status=confirmed')).toEqual([kept.order_uid]);
    expect(await list('customer_id=by-status&status=cancelled,confirmed')).toEqual(both);
    expect(await list('customer_id=by-status&status=cancelled&payment_status=paid,refunded')).toEqual([]);
    expect(await list('customer_id=by-status&payment_status=unpaid&shipment_status=none,lost')).toEqual(both);
  });

  it('filters by date_created, from a moment on and before another', async () => {
    const [old] = await storeFor('by-date', 1, { date_created: '2021-11-26T06:22:19Z' });
    const [young] = await storeFor('by-date', 1, { date_created: '2022-01-01T02:00:00+03:00' });
    expect(await list('customer_id=by-date&from=2021-12-01')).toEqual([young]);
    expect(await list('customer_id=by-date&to=2021-12-01T00:00:00Z')).toEqual([old]);
    expect(await list('customer_id=by-date&from=2022-01-01')).toEqual([]);
    expect(await list('customer_id=by-date&from=2021-11-26T06:22:19Z&to=2021-11-26T06:22:20Z')).toEqual([
      old,
    ]);
    expect(await list('customer_id=by-date&from=2022-01-01T02:00:00+03:00')).toEqual([young]);
  });

  it.each([
    ['limit=0', ['limit']],
    ['limit=501', ['limit']],
    ['limit=ten', ['limit']],
    ['limit=1.5', ['limit']],
    ['limit=-1', ['limit']],
    ['limit=', ['limit']],
    ['limit=5&limit=6', ['limit']],
    ['cursor=nonsense', ['cursor']],
    ['cursor=', ['cursor']],
    ['page=2', ['page']],
    ['__proto__=1', ['__proto__']],
    ['from=yesterday', ['from']],
    ['to=2021-02-30', ['to']],
    ['status=lost', ['status']],
    ['customer_id=', ['customer_id']],
    ['track_number=a%00b', ['track_number']],
    ['limit=0&cursor=x&from=x&to=x&colour=red', ['limit', 'cursor', 'from', 'to', 'colour']],
  ])('answers 400 to ?%s and names %j', async (query, paths) => {
    const problem = expectProblem(await ask(`${waybill.url}/api/orders?${query}`), 400);
    expect(pathsOf(problem)).toEqual(paths);
  });
});
