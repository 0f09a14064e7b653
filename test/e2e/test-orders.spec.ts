import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { removeDataDir } from '../support/left-behind.js';
import { quickestMs } from '../support/quickest.js';
import { SHOP, startWaybill, temporaryDataDir, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, metric, pathsOf, post, type Answer } from './api.js';
import { rowsInEmbedded } from '../support/embedded-database.js';

const SOON_MS = 1_000;

interface TestOrder {
  order_uid: string;
  payment: { amount: number; goods_total: number; delivery_cost: number; custom_fee: number };
  items: { total_price: number }[];
}

describe('POST /api/orders/test', () => {
  let waybill: WaybillProcess;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await temporaryDataDir();
    waybill = await startWaybill({ dataDir, env: SHOP });
  });
  afterAll(async () => {
    await waybill.stop();
    await removeDataDir(dataDir);
  });

  /** Orders that were to be sent. */
  let accepted = 0;
  const send = async (query = '', init: RequestInit = {}): Promise<Answer> => {
    const answer = await ask(`${waybill.url}/api/orders/test${query}`, { method: 'POST', ...init });
    if (answer.status === 202) accepted += Number(new URLSearchParams(query).get('count') ?? 1);
    return answer;
  };

  function storedAt(location: string): Promise<Answer> {
    return eventually(async () => {
      const answer = await ask(waybill.url + location);
      if (answer.status !== 200) throw new Error(answer.text);
      return answer;
    });
  }

  /** None waits to be sent to its topic, and none was sent besides. A message is counted after it has arrived. */
  async function onlyTheseAreSent(): Promise<void> {
    await eventually(async () => {
      expect(await metric(waybill.url, 'waybill_outbox_pending')).toBe(0);
      expect(await metric(waybill.url, 'waybill_outbox_published_total', 'topic="orders"')).toBe(accepted);
    });
  }

  it('answers 202; the order is there within a second, and its totals add up', async () => {
    const tookMs = await quickestMs(SOON_MS, async () => {
      const answer = await send();
      expect(answer.status).toBe(202);
      const { order_uid } = JSON.parse(answer.text) as { order_uid: string };
      expect(answer.headers.get('location')).toBe(`/api/orders/${order_uid}`);
      const order = JSON.parse((await storedAt(answer.headers.get('location')!)).text) as TestOrder;
      expect(order.order_uid).toBe(order_uid);
      const { amount, goods_total, delivery_cost, custom_fee } = order.payment;
      expect(amount).toBe(goods_total + delivery_cost + custom_fee);
      expect(goods_total).toBe(order.items.reduce((sum, item) => sum + item.total_price, 0));
    });
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  it.each([
    ['an empty form, as curl -d sends it', '', 'application/x-www-form-urlencoded'],
    ['an empty text', '', 'text/plain'],
    ['an empty JSON object', '{}', 'application/json'],
  ])('takes %s', async (_name, body, contentType) => {
    const answer = await send('', { body, headers: { 'content-type': contentType } });
    expect(answer.status).toBe(202);
    await storedAt(answer.headers.get('location')!);
  });

  it.each([1, 2, 1_000])('sends %i orders when count says so, each another one', async (count) => {
    const answer = await send(`?count=${count}`);
    expect(answer.status).toBe(202);
    const { order_uid, order_uids = [order_uid] } = JSON.parse(answer.text) as {
      order_uid: string;
      order_uids?: string[];
    };
    expect(new Set(order_uids).size).toBe(count);
    expect(answer.headers.get('location')).toBe(`/api/orders/${order_uids[0]}`);
    await storedAt(`/api/orders/${order_uids.at(-1)}`);
    await eventually(async () => {
      const answers = await Promise.all(order_uids.map((uid) => ask(`${waybill.url}/api/orders/${uid}`)));
      expect(answers.filter((one) => one.status !== 200)).toEqual([]);
    });
  });

  it.each([
    ['?count=0', 'count'],
    ['?count=1001', 'count'],
    ['?count=x', 'count'],
    ['?count=', 'count'],
    ['?count=1.5', 'count'],
    ['?count=1&count=2', 'count'],
    ['?cuont=3', 'cuont'],
  ])('answers 400 to %s and sends nothing', async (query, path) => {
    expect(pathsOf(expectProblem(await send(query), 400))).toEqual([path]);
    const { headers } = await send();
    await storedAt(headers.get('location')!);
    await onlyTheseAreSent();
  });

  it('leaves orders that are still there after a stop and a start', async () => {
    const location = (await send()).headers.get('location')!;
    await eventually(async () => {
      expect((await storedAt(location)).headers.get('x-order-status')).toBe('confirmed');
    });
    const before = await storedAt(location);
    expect(await waybill.stop()).toBe(0);
    waybill = await startWaybill({ dataDir, env: SHOP });
    const after = await storedAt(location);
    expect(after.text).toBe(before.text);
    expect(after.headers.get('etag')).toBe(before.headers.get('etag'));
  });
});

describe('POST /api/orders/test, in a loop', () => {
  it('is refused once 3,000 messages wait, and real orders are not', async () => {
    // Nobody takes them out of the outbox here.
    const waybill = await startWaybill({ env: { ROLES: 'api' } });
    const loop = Array.from({ length: 15 }, () =>
      ask(`${waybill.url}/api/orders/test?count=1000`, { method: 'POST' }),
    );
    const answers = await Promise.all(loop);
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused.length).toBeGreaterThanOrEqual(12);
    for (const answer of refused) {
      expectProblem(answer, 503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    const [row] = await rowsInEmbedded<{ waiting: number }>(
      waybill.dataDir,
      'SELECT count(*)::int AS waiting FROM outbox',
    );
    expect(row!.waiting).toBe((15 - refused.length) * 1_000);
    expect((await post(waybill.url, anOrder())).status).toBe(201);
    expect(await waybill.stop()).toBe(0);
  });

  it('is refused once an hour has had its share, and always where DEMO is off', async () => {
    const few = await startWaybill({ env: { DEMO_ORDERS_PER_HOUR: '10' } });
    const send = (url: string, count: number): Promise<Answer> =>
      ask(`${url}/api/orders/test?count=${count}`, { method: 'POST' });
    expect((await send(few.url, 8)).status).toBe(202);
    const late = await send(few.url, 8);
    expectProblem(late, 503);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await send(few.url, 2)).status).toBe(202);
    expect(await few.stop()).toBe(0);

    const off = await startWaybill({ env: { DEMO: 'off' } });
    expect(expectProblem(await send(off.url, 1), 403).detail).toContain('DEMO');
    expect(await off.stop()).toBe(0);
  });
});
