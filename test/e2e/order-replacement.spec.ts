import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject } from '../support/sample-order.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { type Answer, anOrder, ask, expectProblem, JSON_TYPE, metric, pathsOf, post, store } from './api.js';

describe('PUT /api/orders/:order_uid', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  const find = (orderUid: string): Promise<Answer> => ask(`${waybill.url}/api/orders/${orderUid}`);

  const put = (
    order: JsonObject,
    headers: Record<string, string>,
    orderUid = order.order_uid as string,
  ): Promise<Answer> =>
    ask(`${waybill.url}/api/orders/${orderUid}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(order),
    });

  it('replaces the order that its caller has read: 200, with the new ETag, at once for all who read', async () => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    const updated = await metric(waybill.url, 'waybill_orders_received_total', 'via="http"', 'updated');
    const changed = { ...order, locale: 'pl' };
    const answer = await put(changed, { 'if-match': etag });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers.get('content-type')).toBe(JSON_TYPE);
    expect(JSON.parse(answer.text)).toEqual({
      order_uid: order.order_uid,
      version: 2,
      outcome: 'updated',
      totals_match: true,
    });
    const found = await find(order.order_uid);
    expect(JSON.parse(found.text)).toEqual(changed);
    expect(found.headers.get('etag')).toBe(answer.headers.get('etag'));
    expect(found.headers.get('etag')).not.toBe(etag);
    const more = await metric(waybill.url, 'waybill_orders_received_total', 'via="http"', 'updated');
    expect(more).toBe(updated + 1);
  });

  it('answers 200 to the same content, and changes nothing', async () => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    const answer = await put(order, { 'if-match': etag });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe(etag);
    expect(JSON.parse(answer.text)).toMatchObject({ version: 1, outcome: 'unchanged' });
  });

  it.each([
    ['any', () => '*'],
    ['one of a list', (etag: string) => `"v9-0", ${etag}`],
  ])('takes %s', async (_name, fieldOf) => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    expect((await put({ ...order, locale: 'pl' }, { 'if-match': fieldOf(etag) })).status).toBe(200);
  });

  it('answers 412 with the ETag of now when the order has been changed, and changes nothing', async () => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    const newer = { ...order, locale: 'pl' };
    const newerEtag = await store(waybill.url, newer);
    const answer = await put({ ...order, locale: 'de' }, { 'if-match': etag });
    expect(pathsOf(expectProblem(answer, 412))).toEqual(['If-Match']);
    expect(answer.headers.get('etag')).toBe(newerEtag);
    expect(JSON.parse((await find(order.order_uid)).text)).toEqual(newer);
    const again = await put({ ...order, locale: 'de' }, { 'if-match': answer.headers.get('etag')! });
    expect(again.status).toBe(200);
  });

  it('answers 412 to a weak ETag, which matches nothing', async () => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    expectProblem(await put({ ...order, locale: 'pl' }, { 'if-match': `W/${etag}` }), 412);
  });

  it.each(['*', '"v1-0123456789abcdef"'])('answers 412 to an order that is not there: %s', async (field) => {
    const order = anOrder();
    const answer = await put(order, { 'if-match': field });
    expectProblem(answer, 412);
    expect(answer.headers.get('etag')).toBeNull();
    expect((await find(order.order_uid)).status).toBe(404);
  });

  it('answers 428 without If-Match, and 400 to one that is malformed', async () => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    expect(pathsOf(expectProblem(await put(order, {}), 428))).toEqual(['If-Match']);
    const malformed = await put(order, { 'if-match': etag.replaceAll('"', '') });
    expect(pathsOf(expectProblem(malformed, 400))).toEqual(['If-Match']);
  });

  it('answers 400 to an order that is not valid, or not the one of the path', async () => {
    const order = anOrder();
    const match = { 'if-match': await store(waybill.url, order) };
    expect(pathsOf(expectProblem(await put({ ...order, colour: 'red' }, match), 400))).toEqual(['colour']);
    const problem = expectProblem(await put(anOrder(), match, order.order_uid), 400);
    expect(pathsOf(problem)).toEqual(['order_uid']);
    expect(problem.detail).toContain(`must be ${order.order_uid}`);
    expect(pathsOf(expectProblem(await put(order, match, 'a.b'), 400))).toEqual(['order_uid']);
    expectProblem(await put(order, { ...match, 'content-type': 'text/plain' }), 415);
    expect((await find(order.order_uid)).headers.get('etag')).toBe(match['if-match']);
  });

  it('lets exactly one of many win who have read the same', async () => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    const contents = Array.from({ length: 20 }, (_, n) => ({ ...order, customer_id: `rival-${n}` }));
    const answers = await Promise.all(contents.map((content) => put(content, { 'if-match': etag })));
    const winners = contents.filter((_, n) => answers[n]!.status === 200);
    expect(winners).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) expectProblem(answer, 412);
    expect(JSON.parse((await find(order.order_uid)).text)).toEqual(winners[0]);
  });

  it('does not fail the orders that it shares a batch with', async () => {
    const known = anOrder();
    await store(waybill.url, known);
    const requests = Array.from({ length: 60 }, (_, n) =>
      n % 2 === 0 ? post(waybill.url, anOrder()) : put(known, { 'if-match': '"v9-0"' }),
    );
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(statuses).toEqual(requests.map((_, n) => (n % 2 === 0 ? 201 : 412)));
  });
});
