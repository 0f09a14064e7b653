import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, exchange, metric, store } from './api.js';

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, { properties: object; required: string[] }> };
}

let waybill: WaybillProcess;
beforeAll(async () => {
  waybill = await startWaybill();
});
afterAll(() => waybill.stop());

describe('what an operator sees', () => {
  it('has metrics in the text format of Prometheus', async () => {
    const answer = await ask(`${waybill.url}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('counts orders by what became of them', async () => {
    const outcomes = ['stored', 'unchanged', 'updated'];
    const read = () =>
      Promise.all(
        outcomes.map((outcome) =>
          metric(waybill.url, 'waybill_orders_received_total', 'via="http"', `outcome="${outcome}"`),
        ),
      );
    const before = await read();
    const order = anOrder();
    for (const locale of ['en', 'en', 'pl']) await store(waybill.url, { ...order, locale });
    expect(await read()).toEqual(before.map((count) => count + 1));
  });

  it('counts hits and misses', async () => {
    const read = (result: string) =>
      metric(waybill.url, 'waybill_cache_requests_total', 'tier="memory"', `result="${result}"`);
    const [hits, misses] = [await read('hit'), await read('miss')];
    const order = anOrder();
    await ask(`${waybill.url}/api/orders/${order.order_uid}`);
    await store(waybill.url, order);
    await ask(`${waybill.url}/api/orders/${order.order_uid}`);
    expect(await read('hit')).toBeGreaterThan(hits);
    expect(await read('miss')).toBeGreaterThan(misses);
  });

  it('times requests by their route, never by their path', async () => {
    const order = anOrder();
    await store(waybill.url, order);
    const read = () =>
      metric(
        waybill.url,
        'waybill_http_request_duration_seconds_count',
        'method="GET"',
        'route="/api/orders/:order_uid"',
        'status="200"',
      );
    // A request is counted once its answer is sent, and the series is not there before the first one is.
    const before = await read().catch(() => 0);
    await ask(`${waybill.url}/api/orders/${order.order_uid}`);
    await ask(`${waybill.url}/api/orders/${order.order_uid}?way=long`);
    await ask(`${waybill.url}/nowhere-${order.order_uid}`);
    await expect.poll(read).toBe(before + 2);
    expect((await ask(`${waybill.url}/metrics`)).text).not.toContain(order.order_uid);
  });

  it.each(['/health', '/health/live', '/health/ready'])('%s is 200 and is not cached', async (path) => {
    // A part that is asked and does not answer within a second passes for down.
    const answer = await eventually(async () => {
      const asked = await ask(waybill.url + path);
      expect(asked.status).toBe(200);
      return asked;
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'up' });
  });

  it('shows what it says as metrics too', async () => {
    expect(await metric(waybill.url, 'waybill_live')).toBe(1);
    await expect.poll(() => metric(waybill.url, 'waybill_part_up', 'part="database"')).toBe(1);
    await expect.poll(() => metric(waybill.url, 'waybill_part_up', 'part="relay"')).toBe(1);
  });

  it('names the parts that readiness depends on', async () => {
    await eventually(async () => {
      const { text } = await ask(`${waybill.url}/health`);
      expect(JSON.parse(text)).toMatchObject({
        parts: { start: { up: true }, database: { up: true }, relay: { up: true } },
      });
    });
  });
});

describe('the description of the API', () => {
  it('is OpenAPI 3.1 with every route, the Order and the Problem, and no reference that leads nowhere', async () => {
    const { text } = await ask(`${waybill.url}/swagger/json`);
    const api = JSON.parse(text) as OpenApi;
    expect(api.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(api.paths)).toEqual(
      expect.arrayContaining([
        '/api/orders',
        '/api/orders/{order_uid}',
        '/api/orders/test',
        '/api/events',
        '/api/dead-letters',
        '/api/dead-letters/{id}',
        '/api/dead-letters/{id}/replay',
        '/api/dead-letters/replay',
        '/health',
        '/health/live',
        '/health/ready',
      ]),
    );
    const { Order } = api.components.schemas;
    expect(Object.keys(Order!.properties).sort()).toEqual(Object.keys(anOrder()).sort());
    expect([...Order!.required].sort()).toEqual(Object.keys(anOrder()).sort());
    expect(api.components.schemas.Problem).toBeDefined();
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(api.components.schemas).toHaveProperty(name!);
    }
    expect(Object.keys(api.paths['/api/orders']!.post!.responses)).toEqual(
      expect.arrayContaining(['200', '201', '400', '409', '413', '415', '422', '503']),
    );
  });

  it('can be read by people', async () => {
    const answer = await ask(`${waybill.url}/swagger`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    const script = /src="([^"]+swagger-ui-bundle\.js)"/.exec(answer.text)![1]!;
    expect((await ask(new URL(script, `${waybill.url}/swagger`).href)).status).toBe(200);
  });
});

describe('the page', () => {
  it('is served with a policy that lets nothing in from elsewhere', async () => {
    const answer = await ask(`${waybill.url}/`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toMatch(/default-src 'self'/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.text).not.toMatch(/<script(?![^>]*\bsrc=)|style="/);
  });

  it('has everything that it refers to', async () => {
    const { text } = await ask(`${waybill.url}/`);
    const references = [...text.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(3);
    for (const reference of references) {
      expect((await ask(waybill.url + reference)).status, reference).toBe(200);
    }
  });

  it('can be asked for again with its ETag', async () => {
    const first = await ask(`${waybill.url}/`);
    // Not by fetch, which with If-None-Match also asks every cache to look again.
    const again = await exchange(
      waybill.url,
      `GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ${first.headers.get('etag')}\r\nConnection: close\r\n\r\n`,
    );
    expect(again).toMatch(/^HTTP\/1\.1 304 /);
  });
});
