import { register } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleOrderText } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Environment } from '../../platform/config/environment.js';
import { cachesFor } from '../../platform/cache/caches.fixture.js';
import type { Order } from '../model/order.js';
import { OrdersSettings } from '../orders.settings.js';
import { orderToStore } from '../repository/order-to-store.js';
import { OrderRepository } from '../repository/order.repository.js';
import { StoredOrders } from '../repository/stored-orders.js';
import { ORDER_CACHE, OrderCache } from './order-cache.js';

const STORED = 400;

let house: WaybillDatabase;
let cache: OrderCache;
let queries: ReturnType<typeof vi.spyOn>;

const uidOf = (n: number): string => `cached-${n}`;

beforeAll(async () => {
  house = await openWaybillDatabase();
  const sample = JSON.parse(sampleOrderText()) as Order;
  const batch = Array.from({ length: STORED }, (_, n) =>
    orderToStore({ order: { ...sample, order_uid: uidOf(n) }, totalsMatch: true }, Date.now() * 1_000),
  );
  await house.database.transaction((tx) => new OrderRepository().store(tx, batch));
});
beforeEach(() => {
  register.clear();
  const { caches } = cachesFor([ORDER_CACHE], new Environment());
  cache = new OrderCache(new StoredOrders(house.database), caches, new OrdersSettings());
  queries = vi.spyOn(house.database.source, 'query');
});
afterEach(() => void vi.restoreAllMocks());
afterAll(() => house.drop());

describe('orders that are not in memory', () => {
  it('are read together when they are asked for at the same time, each for whom asked for it', async () => {
    const asked = Array.from({ length: STORED + 100 }, (_, n) => uidOf(n));
    const answers = await Promise.all(asked.map((orderUid) => cache.read(orderUid)));
    for (const [n, { entry }] of answers.entries()) {
      const order = entry && (JSON.parse(entry.body.toString()) as Order);
      expect(order?.order_uid).toBe(n < STORED ? uidOf(n) : undefined);
    }
    // Two alone, and the others by hundreds.
    expect(queries).toHaveBeenCalledTimes(7);
  });

  it('are read once, however many ask for one', async () => {
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => cache.read(uidOf(0))));
    expect(new Set(answers.map(({ entry }) => entry))).toHaveLength(1);
    expect(queries).toHaveBeenCalledTimes(1);
  });
});
