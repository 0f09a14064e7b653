import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { houseOf } from '../../../test/support/house-of.js';
import { openHttpApp } from '../../../test/support/http-app.js';
import { mostWaiting } from '../../../test/support/most-waiting.js';
import { storeOrders } from '../../../test/support/stored-orders.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { orders } from '../orders.module.js';

let house: WaybillDatabase;
let app: NestFastifyApplication;
beforeAll(async () => {
  house = await openWaybillDatabase();
  app = await openHttpApp(houseOf({}, [orders]), house.database);
  await storeOrders(house, 1, () => ({ customer_id: 'one' }));
  // Of the others nothing is counted but their rows.
  await house.rows(`
    INSERT INTO orders SELECT other.*
    FROM orders o, generate_series(1, 10000) AS n,
         jsonb_populate_record(o, jsonb_build_object('order_uid', 'many-' || n, 'customer_id', 'many')) AS other`);
});
afterAll(async () => {
  await app.close();
  await house.drop();
});

const count = async (query: string): Promise<unknown> => {
  const answer = await app.inject({ url: `/api/counts/orders${query}` });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

describe('GET /api/counts/orders', () => {
  it('counts what a filter matches, and stops at 10,000', async () => {
    // One that takes a second would say that it does not know.
    const counted = (query: string) => expect.poll(() => count(query));
    await counted('?customer_id=nobody').toEqual({ count: 0, exact: true });
    await counted('?customer_id=one').toEqual({ count: 1, exact: true });
    await counted('?customer_id=many').toEqual({ count: 10_000, exact: true });
    await counted('').toEqual({ count: 10_000, exact: false });
    await counted('?status=confirmed,packed&from=2021-11-26&to=2021-11-27').toEqual({
      count: 0,
      exact: true,
    });
  });

  it('takes no more than a second, and then only says that it does not know', async () => {
    // A lock on the table is what takes long here.
    const holder = await house.database.connect();
    try {
      await holder.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
      expect(await count('?customer_id=locked')).toEqual({ count: 0, exact: false });
    } finally {
      await holder.end();
    }
  });

  it('counts two at a time, apart from pages, and the same once for all who ask for it', async () => {
    const most = (expected: number, customers: readonly string[]): Promise<number> => {
      const ask = (): Promise<unknown>[] => customers.map((one) => count(`?customer_id=${one}`));
      return mostWaiting(house, { table: 'orders', expected, ask });
    };
    const many = Array.from({ length: 9 }, (_, n) => `of-${n}`);
    expect(await most(2, many)).toBe(2);
    expect(
      await most(
        1,
        many.map(() => 'the-same'),
      ),
    ).toBe(1);
  });

  it('names the parameters that are none of its own', async () => {
    const answer = await app.inject({ url: '/api/counts/orders?limit=1&status=gone&customer_id=one' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path)).toEqual([
      'status',
      'limit',
    ]);
  });
});
