import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, exchange, expectProblem, metric, rawAnswer, store } from './api.js';

describe('requests that a page of somebody else makes a browser send', () => {
  let waybill: WaybillProcess;
  let host: string;
  let orderPath: string;

  beforeAll(async () => {
    const env = { ALLOWED_HOSTS: 'shop.example', TRUSTED_ORIGINS: 'https://desk.example' };
    waybill = await startWaybill({ env });
    host = new URL(waybill.url).host;
    const order = anOrder();
    await store(waybill.url, order);
    orderPath = `/api/orders/${order.order_uid}`;
  });
  afterAll(() => waybill.stop());

  async function send(line: string, ...fields: string[]): Promise<ReturnType<typeof rawAnswer>> {
    const head = [`${line} HTTP/1.1`, ...fields, 'Connection: close', '', ''];
    return rawAnswer(await exchange(waybill.url, head.join('\r\n')));
  }

  it.each(['/', '/metrics', '/health/live', '/swagger', '/api/events', '/api/orders', '/nothing'])(
    'GET %s for a name of theirs is 421',
    async (path) => {
      expectProblem(await send(`GET ${path}`, 'Host: rebound.example'), 421);
    },
  );

  it('are refused also where the order is in memory, and the next request is for us', async () => {
    expect((await send(`GET ${orderPath}`, `Host: ${host}`)).headers.get('x-cache')).toBe('HIT');
    expectProblem(await send(`GET ${orderPath}`, `Host: rebound.example:${host.split(':')[1]}`), 421);
    expectProblem(await send(`GET http://rebound.example${orderPath}`, `Host: ${host}`), 421);
    expectProblem(await send(`GET ${orderPath}`, 'Host:'), 421);
    expect((await send(`GET ${orderPath}`, `Host: ${host}`)).status).toBe(200);
  });

  it.each(['127.0.0.1', 'localhost:1', '[::1]:8080', 'shop.example:443', hostname(), 'page.localhost'])(
    'are not those for %s',
    async (name) => {
      expect((await send(`GET ${orderPath}`, `Host: ${name}`)).status).toBe(200);
      expect((await send('GET /metrics', `Host: ${name}`)).status).toBe(200);
    },
  );

  it('are not those of HTTP/1.0 without Host, which no browser sends', async () => {
    const answer = await exchange(waybill.url, 'GET /health/live HTTP/1.0\r\n\r\n');
    expect(rawAnswer(answer).status).toBe(200);
  });

  const paths = [
    'POST /api/orders/test',
    'POST /api/dead-letters/replay?all=true',
    'DELETE /api/dead-letters/1',
  ];
  it.each(paths)('%s from another origin is 403', async (line) => {
    const ours = [`Host: ${host}`, 'Content-Length: 0'];
    for (const fields of [
      ['Sec-Fetch-Site: cross-site', 'Origin: https://evil.example'],
      ['Sec-Fetch-Site: same-site'],
      ['Sec-Fetch-Site: cross-site', `Origin: http://${host}`],
      ['Origin: https://evil.example'],
      ['Origin: null'],
      [`Origin: http://${host.replace(/\d$/, '')}`],
      ['Sec-Fetch-Site: nonsense'],
    ]) {
      expectProblem(await send(line, ...ours, ...fields), 403);
    }
    for (const fields of [
      [],
      ['Sec-Fetch-Site: same-origin', 'Origin: https://evil.example'],
      ['Sec-Fetch-Site: none'],
      [`Origin: http://${host.toUpperCase()}`],
      ['Origin: https://desk.example'],
      ['Sec-Fetch-Site: cross-site', 'Origin: https://desk.example'],
    ]) {
      expect((await send(line, ...ours, ...fields)).status).not.toBe(403);
    }
  });

  it('may read, which they cannot see for themselves', async () => {
    const fields = [`Host: ${host}`, 'Sec-Fetch-Site: cross-site', 'Origin: https://evil.example'];
    const answer = await send(`GET ${orderPath}`, ...fields);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(
      (await send(`OPTIONS ${orderPath}`, ...fields)).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });

  it('are counted', async () => {
    expect(await metric(waybill.url, 'waybill_http_foreign_requests_total', 'reason="host"')).toBe(10);
    expect(await metric(waybill.url, 'waybill_http_foreign_requests_total', 'reason="origin"')).toBe(21);
  });
});
