import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { startWaybill, temporaryDataDir, type WaybillProcess } from '../support/waybill-process.js';
import { type Answer, anOrder, ask, expectProblem, store } from './api.js';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

describe('what is known of an order beside its content', () => {
  let waybill: WaybillProcess;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await temporaryDataDir();
    waybill = await startWaybill({ dataDir });
  });
  afterAll(async () => {
    await waybill?.stop();
    await removeDataDir(dataDir);
  });

  const read = (orderUid: string, init?: RequestInit): Promise<Answer> =>
    ask(`${waybill.url}/api/orders/${orderUid}`, init);

  function factsOf({ status, headers }: Answer): unknown {
    expect(status).toBe(200);
    const names = ['x-order-status', 'x-order-version', 'x-received-at'];
    return names.map((name) => headers.get(name));
  }

  it('stands in headers, whoever gives the answer, and in the summary of the list', async () => {
    const order = anOrder({ customer_id: 'facts' });
    const startedAtMs = Date.now();
    await store(waybill.url, order);
    const hot = await read(order.order_uid);
    const receivedAt = hot.headers.get('x-received-at')!;
    expect(receivedAt).toMatch(MOMENT);
    expect(Date.parse(receivedAt)).toBeGreaterThanOrEqual(startedAtMs);
    expect(Date.parse(receivedAt)).toBeLessThanOrEqual(Date.now());
    expect(factsOf(hot)).toEqual(['received', '1', receivedAt]);
    expect(factsOf(await read(order.order_uid, { method: 'HEAD' }))).toEqual(factsOf(hot));

    await store(waybill.url, { ...order, locale: 'he' });
    const updated = await read(order.order_uid);
    expect(factsOf(updated)).toEqual(['received', '2', receivedAt]);

    const list = await ask(`${waybill.url}/api/orders?customer_id=facts&view=summary`);
    expect(JSON.parse(list.text)).toEqual([
      {
        order_uid: order.order_uid,
        track_number: order.track_number,
        customer_id: 'facts',
        status: 'received',
        payment_status: 'unpaid',
        shipment_status: 'none',
        version: 2,
        received_at: receivedAt,
        date_created: order.date_created,
        amount: 1817,
        currency: 'USD',
        items: 1,
      },
    ]);

    await waybill.stop();
    waybill = await startWaybill({ dataDir, env: { CACHE_WARM_ORDERS: '0' } });
    const fromStore = await read(order.order_uid);
    expect(fromStore.headers.get('x-cache')).toBe('MISS');
    expect(factsOf(fromStore)).toEqual(factsOf(updated));
    await waybill.stop();
    waybill = await startWaybill({ dataDir });
    const warmed = await read(order.order_uid);
    expect(warmed.headers.get('x-cache')).toBe('HIT');
    expect(factsOf(warmed)).toEqual(factsOf(updated));
  });

  it('is not told again of an order that has not changed (RFC 9110, section 15.4.5), but for its states', async () => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    const answer = await read(order.order_uid, { headers: { 'if-none-match': etag } });
    expect(answer.status).toBe(304);
    expect(answer.headers.get('etag')).toBe(etag);
    const told = [...answer.headers.keys()].filter((name) =>
      /^x-(order|payment|shipment|received)/.test(name),
    );
    expect(told.sort()).toEqual(['x-order-status', 'x-payment-status', 'x-shipment-status']);
  });

  it('is given page by page, as whole orders are', async () => {
    for (let n = 0; n < 5; n++) await store(waybill.url, anOrder({ customer_id: 'summaries' }));
    const whole = await ask(`${waybill.url}/api/orders?customer_id=summaries`);
    const orderUids = (JSON.parse(whole.text) as { order_uid: string }[]).map((one) => one.order_uid);
    const listed: string[] = [];
    let next: string | undefined = '/api/orders?view=summary&limit=2&customer_id=summaries';
    while (next !== undefined) {
      const page = await ask(waybill.url + next);
      expect(page.headers.get('cache-control')).toBe(whole.headers.get('cache-control'));
      listed.push(...(JSON.parse(page.text) as { order_uid: string }[]).map((one) => one.order_uid));
      next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(listed).toEqual(orderUids);
    expect(orderUids).toHaveLength(5);
  });

  it.each(['view=brief', 'view=', 'view=full&view=summary'])('%s is refused by name', async (query) => {
    const problem = expectProblem(await ask(`${waybill.url}/api/orders?${query}`), 400);
    expect(problem.errors).toEqual([{ path: 'view', detail: 'must be one of full, summary, given once' }]);
  });
});
