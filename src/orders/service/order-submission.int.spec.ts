import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type JsonObject, sampleOrder } from '../../../test/support/sample-order.js';
import { houseOf } from '../../../test/support/house-of.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { openHttpApp } from '../../../test/support/http-app.js';

let house: WaybillDatabase;
let app: NestFastifyApplication;
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  app = await openHttpApp(houseOf(), house.database);
});

afterEach(() => void vi.restoreAllMocks());
afterAll(async () => {
  await app.close();
  await house.drop();
});

const anOrder = (): JsonObject => ({
  ...sampleOrder(),
  order_uid: `submitted-${++serial}`,
});

const post = (order: JsonObject, key: string) =>
  app.inject({
    method: 'POST',
    url: '/api/orders',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    payload: JSON.stringify(order),
  });

/** The next transaction is committed, and then its connection is lost before its caller hears of it. */
function loseTheNextCommit(): void {
  const { database } = house;
  const transaction = database.transaction.bind(database);
  vi.spyOn(database, 'transaction').mockImplementationOnce(async (work) => {
    await transaction(work);
    throw new Error('Connection terminated unexpectedly');
  });
}

const versionOf = async (order: JsonObject): Promise<number | undefined> =>
  (
    await house.rows<{ version: number }>('SELECT version FROM orders WHERE order_uid = $1', [
      order.order_uid,
    ])
  )[0]?.version;

describe('a request with an Idempotency-Key', () => {
  it('gets the answer of its commit when it comes again after that was lost on the way', async () => {
    const order = anOrder();
    loseTheNextCommit();
    const lost = await post(order, '"lost-1"');
    expect(lost.statusCode).toBe(503);
    expect(lost.headers['retry-after']).toBe('1');
    expect(await versionOf(order)).toBe(1);
    const again = await post(order, '"lost-1"');
    expect(again.statusCode).toBe(201);
    expect(JSON.parse(again.body)).toMatchObject({ outcome: 'stored', version: 1 });
    expect((await post(order, '"lost-1"')).body).toBe(again.body);
    expect((await post({ ...order, locale: 'pl' }, '"lost-1"')).statusCode).toBe(422);
  });

  it('leaves no answer when its order was not committed, and its key is free', async () => {
    const order = anOrder();
    await house.rows('ALTER TABLE outbox RENAME TO outbox_away');
    expect((await post(order, '"failed-1"')).statusCode).toBe(503);
    await house.rows('ALTER TABLE outbox_away RENAME TO outbox');
    expect(await versionOf(order)).toBeUndefined();
    expect((await post({ ...order, locale: 'pl' }, '"failed-1"')).statusCode).toBe(201);
  });

  it('stores nothing when another one with its key has done so, and gives that answer', async () => {
    const order = anOrder();
    const { database } = house;
    const transaction = database.transaction.bind(database);
    vi.spyOn(database, 'transaction').mockImplementationOnce(async (work) => {
      // Its time runs out before its turn comes, the same request is sent again, and then the order is changed.
      await house.rows(
        `UPDATE idempotency_keys SET locked_until = now() - interval '1 s' WHERE key = 'slow-1'`,
      );
      await house.rows(
        `UPDATE idempotency_keys SET answer = '{"status": 201, "headers": {"etag": "\\"first\\""}, "body": "{}"}'
         WHERE key = 'slow-1'`,
      );
      return transaction(work);
    });
    const answer = await post(order, '"slow-1"');
    expect([answer.statusCode, answer.headers.etag, answer.body]).toEqual([201, '"first"', '{}']);
    expect(await versionOf(order)).toBeUndefined();
  });

  it('shares its batch with others, each of which has its own answer', async () => {
    const orders = Array.from({ length: 20 }, () => anOrder());
    const first = await Promise.all(orders.map((order, n) => post(order, `"batch-${n}"`)));
    expect(new Set(first.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    for (const [n, order] of orders.entries())
      expect((await post(order, `"batch-${n}"`)).body).toBe(first[n]!.body);
  });
});
