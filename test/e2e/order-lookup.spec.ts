import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWaybill, temporaryDataDir, type WaybillProcess } from '../support/waybill-process.js';
import { removeDataDir } from '../support/left-behind.js';
import { anOrder, ask, exchange, expectProblem, headersOf, JSON_TYPE, pathsOf, store } from './api.js';

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

  describe('from memory and through the controller', () => {
    const order = anOrder();
    const absent = anOrder();
    let etag: string;
    beforeAll(async () => {
      etag = await store(waybill.url, order);
    });

    /** All that comes back, but for the time of day. */
    const rawAnswer = async (path: string, request: string): Promise<string> => {
      const text = await exchange(waybill.url, request.replace('PATH', path));
      return text.replace(/^Date: .*$/m, 'Date: now');
    };
    const get = (...fields: string[]): string =>
      ['GET PATH HTTP/1.1', 'Host: localhost', 'Connection: close', ...fields, '', ''].join('\r\n');

    it.each([
      ['200', 'an order', () => get()],
      ['304', 'its ETag', () => get(`If-None-Match: ${etag}`)],
      ['304', 'its ETag among others', () => get('If-None-Match: "a"', `if-none-match: W/${etag}`)],
      ['200', 'another ETag', () => get('If-None-Match: "other"')],
      ['200', 'HTTP/1.0', () => 'GET PATH HTTP/1.0\r\n\r\n'],
      ['200', 'HEAD', () => get().replace('GET', 'HEAD')],
      ['200', 'a body', () => `${get('Content-Length: 4')}body`],
      ['200', 'a body in chunks', () => `${get('Transfer-Encoding: chunked')}4\r\nbody\r\n0\r\n\r\n`],
      ['200', 'an expectation', () => `${get('Expect: 100-continue', 'Content-Length: 4')}body`],
      ['200', 'the wish for another protocol', () => get('Upgrade: websocket')],
    ])('the answer is %s, the same to the byte: %s', async (status, _name, request) => {
      // A query keeps the request from the short way, which knows plain ids only.
      const path = `/api/orders/${order.order_uid}`;
      const [short, long] = [
        await rawAnswer(path, request()),
        await rawAnswer(`${path}?way=long`, request()),
      ];
      expect(short).toContain(`HTTP/1.1 ${status} `);
      expect(short).toBe(long);
    });

    it('an order that is known not to be there is 404, the same to the byte', async () => {
      const path = `/api/orders/${absent.order_uid}`;
      await ask(waybill.url + path);
      const [short, long] = [await rawAnswer(path, get()), await rawAnswer(`${path}?way=long`, get())];
      expect(short).toMatch(/^HTTP\/1\.1 404 [^]*\r\nx-cache: HIT\r\n/);
      expect(short).toBe(long);
    });

    it('many answers on one connection come in the order of the requests', async () => {
      const stay = get().replace('Connection: close\r\n', '');
      const paths = [order, absent, order].map((one) => `/api/orders/${one.order_uid}`);
      const requests = [paths[0], `${paths[0]}?way=long`, ...paths.slice(1)].map((path) =>
        stay.replace('PATH', path!),
      );
      const text = await exchange(waybill.url, requests.join('') + get().replace('PATH', '/health/live'));
      expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual([
        '200',
        '200',
        '404',
        '200',
        '200',
      ]);
    });
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
