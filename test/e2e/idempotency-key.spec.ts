import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, pathsOf, post } from './api.js';

describe('POST /api/orders with an Idempotency-Key', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  const aKey = () => ({ 'idempotency-key': `"${randomUUID()}"` });

  it('gets the first answer again, to the letter', async () => {
    const key = aKey();
    const order = anOrder();
    const first = await post(waybill.url, order, key);
    const again = await post(waybill.url, order, key);
    expect(first.status).toBe(201);
    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    for (const name of ['etag', 'location', 'content-type', 'cache-control']) {
      expect(again.headers.get(name), name).toBe(first.headers.get(name));
    }
  });

  it('does not write again when the order has changed since', async () => {
    const key = aKey();
    const order = anOrder();
    await post(waybill.url, order, key);
    const newer = { ...order, locale: 'pl' };
    await post(waybill.url, newer);
    await post(waybill.url, order, key);
    const found = await ask(`${waybill.url}/api/orders/${order.order_uid}`);
    expect(JSON.parse(found.text)).toEqual(newer);
  });

  it('is refused with another body: 422', async () => {
    const key = aKey();
    await post(waybill.url, anOrder(), key);
    const other = anOrder();
    const answer = await post(waybill.url, other, key);
    expect(pathsOf(expectProblem(answer, 422))).toEqual(['Idempotency-Key']);
    expect((await ask(`${waybill.url}/api/orders/${other.order_uid}`)).status).toBe(404);
  });

  it('stores once when it comes many times at once; who comes too early gets 409 with Retry-After', async () => {
    const key = aKey();
    const order = anOrder();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(waybill.url, order, key)));
    expect(answers.map((answer) => answer.status)).toContain(201);
    for (const answer of answers.filter((one) => one.status !== 201)) {
      expectProblem(answer, 409);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    const bodies = answers.filter((one) => one.status === 201).map((one) => one.text);
    expect(new Set(bodies).size).toBe(1);
  });

  it('is free again after an order that was not valid', async () => {
    const key = aKey();
    expectProblem(await post(waybill.url, anOrder({ items: [] }), key), 400);
    expect((await post(waybill.url, anOrder(), key)).status).toBe(201);
  });

  it.each(['', '""', '"ż"', `"${'k'.repeat(256)}"`])('is refused when it is none: %s', async (field) => {
    const bytes = Buffer.from(field, 'utf8').toString('latin1');
    const answer = await post(waybill.url, anOrder(), { 'idempotency-key': bytes });
    expect(pathsOf(expectProblem(answer, 400))).toEqual(['Idempotency-Key']);
  });
});
