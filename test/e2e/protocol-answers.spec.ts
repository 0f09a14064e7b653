import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, exchange, expectProblem, pathsOf, postText, rawAnswer, store } from './api.js';

const MIB = 1_048_576;

describe('what is out of the ordinary in HTTP', () => {
  let waybill: WaybillProcess;
  let orderPath: string;
  beforeAll(async () => {
    waybill = await startWaybill();
    const order = anOrder();
    await store(waybill.url, order);
    orderPath = `/api/orders/${order.order_uid}`;
  });
  afterAll(() => waybill.stop());

  async function send(request: string): Promise<ReturnType<typeof rawAnswer>> {
    return rawAnswer(await exchange(waybill.url, request.replace('\r\n', '\r\nHost: localhost\r\n')));
  }

  const json = 'Content-Type: application/json\r\nConnection: close\r\n';
  it.each([
    ['an expectation', 417, `POST /api/orders HTTP/1.1\r\n${json}Expect: foo\r\nContent-Length: 2\r\n\r\n{}`],
    ['an expectation of a GET', 417, 'GET / HTTP/1.1\r\nExpect: the-unexpected\r\n\r\n'],
    ['a proxy', 405, 'CONNECT localhost:80 HTTP/1.1\r\n\r\n'],
    ['TRACE', 405, 'TRACE /api/orders HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['OPTIONS of all', 404, 'OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a method that wants a body', 405, 'QUERY /api/orders HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a method without a route', 405, 'PROPFIND /api/orders HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a body that is too large', 413, `POST /api/orders HTTP/1.1\r\n${json}Content-Length: 1048577\r\n\r\n`],
    ['one for a path that is not there', 404, `POST /nothing HTTP/1.1\r\n${json}Content-Length: 2\r\n\r\n{}`],
    [
      'chunks that are none',
      400,
      `POST /api/orders HTTP/1.1\r\n${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
    [
      'a media type that is none',
      415,
      'POST /api/orders HTTP/1.1\r\nContent-Type: ;;=\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
    ],
    ['no media type', 415, 'POST /api/orders HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}'],
    ['an endless path', 431, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`],
  ])('%s is answered %i with a problem', async (_name, status, request) => {
    const answer = await send(request);
    expectProblem(answer, status);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('a chunked body that grows too large is answered 413 with a problem', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(17);
    const head = `POST /api/orders HTTP/1.1\r\n${json}Transfer-Encoding: chunked\r\n\r\n`;
    expectProblem(await send(head + chunk), 413);
  });

  it.each(['gzip', 'br', 'GZIP', 'identity, gzip', 'x'])(
    'a body in Content-Encoding %s is 415',
    async (coding) => {
      const body = gzipSync(JSON.stringify(anOrder()));
      const answer = await postText(waybill.url, new Uint8Array(body), { 'content-encoding': coding });
      expect(pathsOf(expectProblem(answer, 415))).toEqual(['Content-Encoding']);
      expect(answer.headers.get('accept-encoding')).toBe('identity');
      const replay = { method: 'POST', body, headers: { 'content-encoding': coding } };
      expectProblem(await ask(`${waybill.url}/api/dead-letters/replay`, replay), 415);
      const identity = { 'content-encoding': 'Identity' };
      expect((await postText(waybill.url, JSON.stringify(anOrder()), identity)).status).toBe(201);
    },
  );

  it.each([
    '/',
    '/metrics',
    '/health',
    '/swagger',
    '/swagger/json',
    '/api/orders',
    '/nothing',
    '/assets/app.js',
  ])('GET %s has the headers that tell a browser what not to do', async (path) => {
    await expectSafe(path);
  });

  it('the stream of events has them too', async () => {
    const stop = new AbortController();
    const { headers } = await fetch(`${waybill.url}/api/events`, { signal: stop.signal });
    stop.abort();
    expectSafeHeaders(headers);
  });

  it('an order has them, also from memory and where there is none', async () => {
    for (const path of [orderPath, orderPath, '/api/orders/none', '/api/orders/none']) await expectSafe(path);
  });

  async function expectSafe(path: string): Promise<void> {
    expectSafeHeaders((await ask(waybill.url + path)).headers);
  }

  function expectSafeHeaders(headers: Headers): void {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).not.toMatch(/script-src|unsafe-eval/);
  }

  it('many unknown parameters are refused in an answer that stays small', async () => {
    const query = Array.from({ length: 1_500 }, (_, n) => `p${n}=1`).join('&');
    const fields = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`unknown-${n}`, '1']));
    const long = `${'n'.repeat(10_000)}=1`;
    const nested = '['.repeat(MIB / 2);
    const bulk = (body: string) =>
      ask(`${waybill.url}/api/dead-letters/replay`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
    for (const answer of [
      await ask(`${waybill.url}/api/orders?${query}`),
      await ask(`${waybill.url}/api/dead-letters?${query}`),
      await ask(`${waybill.url}/api/orders?${long}`),
      await ask(`${waybill.url}/api/orders/test?${query}`, { method: 'POST' }),
      await ask(`${waybill.url}/api/dead-letters/replay?${query}`, { method: 'POST' }),
      await bulk(JSON.stringify(fields)),
    ]) {
      const { errors } = expectProblem(answer, 400);
      expect(errors!.length).toBeLessThanOrEqual(100);
      expect(answer.text.length - query.length).toBeLessThan(32_768);
    }
    expectProblem(await bulk(nested), 413);
    const order = {
      ...anOrder(),
      ...Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`${n} ж/~`, 0])),
    };
    const answer = await postText(waybill.url, JSON.stringify(order));
    expect(expectProblem(answer, 400).errors).toHaveLength(100);
    expect(answer.text.length).toBeLessThan(65_536);
    expectProblem(await postText(waybill.url, nested), 400);
  });

  it('the Link of a page keeps the whole query', async () => {
    for (let n = 0; n < 2; n++) await store(waybill.url, anOrder({ customer_id: 'a?b&c=d+e ж' }));
    const query = `customer_id=${encodeURIComponent('a?b&c=d+e ж').replaceAll('%3F', '?')}&limit=1`;
    const first = await ask(`${waybill.url}/api/orders?${query}`);
    const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link')!)![1]!;
    const second = await ask(waybill.url + next);
    const uidsOf = (text: string) =>
      (JSON.parse(text) as { order_uid: string }[]).map((order) => order.order_uid);
    expect(uidsOf(second.text)).toHaveLength(1);
    expect(uidsOf(second.text)).not.toEqual(uidsOf(first.text));
    expect(second.headers.get('link')).toBeNull();
  });
});
