import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { houseOf } from '../../../test/support/house-of.js';
import { openHttpApp } from '../../../test/support/http-app.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { OrderSearchRepository } from '../repository/order-search.repository.js';

let house: WaybillDatabase;
let app: NestFastifyApplication;

beforeAll(async () => {
  house = await openWaybillDatabase();
  app = await openHttpApp(houseOf(), house.database);
  await app.inject({
    method: 'POST',
    url: '/api/orders',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(sampleOrder()),
  });
});

afterEach(() => void vi.restoreAllMocks());
afterAll(async () => {
  await app.close();
  await house.drop();
});

const get = (query: string) => app.inject({ url: `/api/search${query}` });
const search = (q: string) => get(`?${new URLSearchParams({ q }).toString()}`);

describe('GET /api/search', () => {
  it('answers what was searched for, what matched, and the order as a list shows it', async () => {
    const answer = await search(' "+7 (972) 000-00-00"\r\n');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    const [order] = (await app.inject({ url: '/api/orders?view=summary' })).json<unknown[]>();
    expect(answer.json()).toEqual({
      query: '+7 (972) 000-00-00',
      hits: [{ matched: 'phone', value: '+9720000000', order }],
      more: false,
    });
  });

  it.each([
    ['9720000000'],
    ['8972 000 00 00'],
    ['00972 000 0000'],
    ['972-0000000'],
    ['0000000'],
    ['TESTOV test'],
  ])('finds the order of the sample by %s', async (q) => {
    expect((await search(q)).json<{ hits: unknown[] }>().hits).toHaveLength(1);
  });

  it('answers without hits where there are none', async () => {
    expect((await search('nobody')).json()).toEqual({ query: 'nobody', hits: [], more: false });
  });

  it.each([
    ['nothing', ''],
    ['too little', '?q=ab'],
    ['too little within quotes', `?q=${encodeURIComponent('"ab"')}`],
    ['too much', `?q=${'x'.repeat(201)}`],
    ['thousands of words', `?q=${'a+b+'.repeat(2_000)}`],
    ['no letter and no digit', '?q=%25%25%25%5F'],
    ['two texts', '?q=anna&q=emma'],
  ])('refuses %s, and names what was expected of q', async (_what, query) => {
    const answer = await get(query);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const { errors } = answer.json<{ errors: { path: string; detail: string }[] }>();
    expect(errors).toEqual([{ path: 'q', detail: expect.stringContaining('3 to 200 characters') as string }]);
  });

  it('refuses what it does not know by its name', async () => {
    const { errors } = (await get('?q=anna&limit=5')).json<{ errors: { path: string }[] }>();
    expect(errors.map(({ path }) => path)).toEqual(['limit']);
  });

  it('is unavailable for a moment when a search takes too long', async () => {
    vi.spyOn(OrderSearchRepository.prototype, 'byTerms').mockImplementationOnce((tx) =>
      tx.query('SELECT pg_sleep(20)'),
    );
    const startedAtMs = performance.now();
    const answer = await search('anna');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });
});

describe('with SEARCH=off', () => {
  it('there is no search, and nothing is written for one', async () => {
    const without = await openWaybillDatabase();
    const other = await openHttpApp(houseOf({ SEARCH: 'off' }), without.database);
    try {
      const request = {
        method: 'POST' as const,
        url: '/api/orders',
        headers: { 'content-type': 'application/json' },
      };
      const order = sampleOrder();
      expect((await other.inject({ ...request, payload: JSON.stringify(order) })).statusCode).toBe(201);
      const changed = { ...order, locale: 'de' };
      expect((await other.inject({ ...request, payload: JSON.stringify(changed) })).statusCode).toBe(200);
      expect(await without.rows('SELECT FROM order_search')).toEqual([]);
      const answer = await other.inject({ url: '/api/search?q=anna' });
      expect(answer.statusCode).toBe(404);
      expect(answer.json<{ detail: string }>().detail).toContain('the setting SEARCH is off');
    } finally {
      await other.close();
      await without.drop();
    }
  });
});
