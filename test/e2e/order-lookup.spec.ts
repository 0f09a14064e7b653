import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWaybill, temporaryDataDir, type WaybillProcess } from '../support/waybill-process.js';
import { removeDataDir } from '../support/left-behind.js';
import { anOrder, ask, expectProblem, headersOf, JSON_TYPE, pathsOf, store } from './api.js';

describe('GET /api/orders/:order_uid', () => {
  let waybill: WaybillProcess;
  const at = (orderUid: string) => `${waybill.url}/api/orders/${orderUid}`;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  it('gives the order back field for field', async () => {
    const order = anOrder({ date_created: '2021-11-26T06:22:19.120+03:00' });
    const etag = await store(waybill.url, order);
    const answer = await ask(at(order.order_uid));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual(order);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': JSON_TYPE,
      'cache-control': 'no-cache',
      'x-cache': 'HIT',
      etag,
    });
    expect(etag).toMatch(/^"[^"]+"$/);
  });

  it('answers from memory and through the controller with the same headers and bytes', async () => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    // A query keeps the request from the short way, which knows plain ids only.
    for (const ifNoneMatch of [undefined, etag, '"other"']) {
      const headers = new Headers(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch });
      const [fast, slow] = await Promise.all([
        ask(at(order.order_uid), { headers }),
        ask(`${at(order.order_uid)}?way=long`, { headers }),
      ]);
      expect(fast.status).toBe(slow.status);
      expect(fast.text).toBe(slow.text);
      expect(headersOf(fast)).toEqual(headersOf(slow));
    }
  });

  it.each([
    ['the ETag', (etag: string) => etag],
    ['the ETag as a weak one', (etag: string) => `W/${etag}`],
    ['any', () => '*'],
    ['a list that holds it', (etag: string) => `"a", W/"b" ,${etag}`],
    ['a list that holds it as a weak one', (etag: string) => `"a",W/${etag}`],
  ])('answers 304 without a body when If-None-Match is %s', async (_name, fieldOf) => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    for (const way of ['', '?way=long']) {
      const answer = await ask(at(order.order_uid) + way, { headers: { 'if-none-match': fieldOf(etag) } });
      expect(answer.status).toBe(304);
      expect(answer.text).toBe('');
      expect(answer.headers.get('etag')).toBe(etag);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('content-length')).toBeNull();
    }
  });

  it.each([
    ['another', (_etag: string) => '"v1-0000000000000000"'],
    ['a list without it', (_etag: string) => '"a", "b"'],
    ['it without its quotes', (etag: string) => etag.replaceAll('"', '')],
    ['nothing', (_etag: string) => ''],
  ])('answers 200 when If-None-Match is %s', async (_name, fieldOf) => {
    const order = anOrder();
    const etag = await store(waybill.url, order);
    for (const way of ['', '?way=long']) {
      const answer = await ask(at(order.order_uid) + way, { headers: { 'if-none-match': fieldOf(etag) } });
      expect(answer.status).toBe(200);
    }
  });

  it('has a new ETag for new content, and the old one matches no longer', async () => {
    const order = anOrder();
    const before = await store(waybill.url, order);
    const after = await store(waybill.url, { ...order, customer_id: 'another' });
    expect(after).not.toBe(before);
    const answer = await ask(at(order.order_uid), { headers: { 'if-none-match': before } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe(after);
    expect(JSON.parse(answer.text)).toMatchObject({ customer_id: 'another' });
  });

  it('answers HEAD like GET, without the body', async () => {
    const order = anOrder();
    await store(waybill.url, order);
    const get = await ask(at(order.order_uid));
    const head = await ask(at(order.order_uid), { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    expect(headersOf(head)).toEqual(headersOf(get));
  });

  it('answers 404 for an order that is not there, from memory the second time, and finds it once it is', async () => {
    const order = anOrder();
    for (const cache of ['MISS', 'HIT']) {
      const answer = await ask(at(order.order_uid));
      expect(expectProblem(answer, 404).detail).toContain(order.order_uid);
      expect(answer.headers.get('x-cache')).toBe(cache);
    }
    await store(waybill.url, order);
    expect((await ask(at(order.order_uid))).status).toBe(200);
  });

  it.each([
    ['a slash', 'a%2Fb'],
    ['a blank', 'a%20b'],
    ['a dot', 'a.b'],
    ['NUL', '%00'],
    ['a letter of another script', '%C5%BC'],
    ['65 characters', 'u'.repeat(65)],
    ['10,000 characters', 'u'.repeat(10_000)],
    ['SQL', "x';DROP%20TABLE%20orders--"],
  ])('answers 400 for an id with %s', async (_name, orderUid) => {
    const problem = expectProblem(await ask(at(orderUid)), 400);
    expect(pathsOf(problem)).toEqual(['order_uid']);
  });

  it('says 404 from memory and through the controller with the same headers and bytes', async () => {
    const absent = at('known-to-be-absent');
    await ask(absent);
    const [fast, slow] = await Promise.all([ask(absent), ask(`${absent}?way=long`)]);
    expect(fast.status).toBe(404);
    expect(slow.status).toBe(404);
    expect(fast.text).toBe(slow.text);
    expect(headersOf(fast)).toEqual(headersOf(slow));
  });

  it('finds an order whose id has 64 characters', async () => {
    const order = anOrder({ order_uid: `${Date.now()}`.padEnd(64, '_-aZ') });
    await store(waybill.url, order);
    expect((await ask(at(order.order_uid))).status).toBe(200);
  });
});

describe('a cold cache', () => {
  it('is filled by the first look-up', async () => {
    const dataDir = await temporaryDataDir();
    try {
      const order = anOrder();
      const before = await startWaybill({ dataDir });
      const etag = await store(before.url, order);
      await before.stop();

      const waybill = await startWaybill({ dataDir, env: { CACHE_WARM_ORDERS: '0' } });
      const miss = await ask(`${waybill.url}/api/orders/${order.order_uid}`);
      const hit = await ask(`${waybill.url}/api/orders/${order.order_uid}`);
      expect([miss, hit].map((answer) => answer.headers.get('x-cache'))).toEqual(['MISS', 'HIT']);
      expect(miss.text).toBe(hit.text);
      expect([miss, hit].map((answer) => answer.headers.get('etag'))).toEqual([etag, etag]);
      await waybill.stop();

      const warmed = await startWaybill({ dataDir });
      const warm = await ask(`${warmed.url}/api/orders/${order.order_uid}`);
      expect(warm.headers.get('x-cache')).toBe('HIT');
      await warmed.stop();
    } finally {
      await removeDataDir(dataDir);
    }
  });
});
