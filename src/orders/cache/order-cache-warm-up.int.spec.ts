import { register } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleOrderText } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { cachesFor } from '../../platform/cache/caches.fixture.js';
import { Environment } from '../../platform/config/environment.js';
import type { Order } from '../model/order.js';
import { OrdersSettings } from '../orders.settings.js';
import { orderToStore } from '../repository/order-to-store.js';
import { OrderRepository } from '../repository/order.repository.js';
import { StoredOrders } from '../repository/stored-orders.js';
import { ORDER_CACHE, OrderCache } from './order-cache.js';

/** Several pages, the last of which, with the newest orders, is not full. */
const STORED = 4_500;
const LAST_PAGE = 500;
const KIB = 1_024;

let house: WaybillDatabase;
let orders: StoredOrders;

/** A greater number is a newer order; the ids are in another order. */
const uidOf = (n: number): string => `${(n * 7_919) % STORED}-warm`;

beforeAll(async () => {
  house = await openWaybillDatabase();
  orders = new StoredOrders(house.database);
  const sample = JSON.parse(sampleOrderText()) as Order;
  const batch = Array.from({ length: STORED }, (_, n) =>
    orderToStore({ order: { ...sample, order_uid: uidOf(n) }, totalsMatch: true }, Date.now() * 1_000 + n),
  );
  await house.database.transaction((tx) => new OrderRepository().store(tx, batch));
});
beforeEach(() => register.clear());
afterEach(() => void vi.restoreAllMocks());
afterAll(() => house.drop());

/** A cache and what its program does before it is ready. */
function startOf(settings: Partial<Environment & OrdersSettings>): {
  cache: OrderCache;
  start: () => Promise<void>;
} {
  const environment = Object.assign(new Environment(), settings);
  const { caches, lifecycle } = cachesFor([ORDER_CACHE], environment);
  const cache = new OrderCache(orders, caches, Object.assign(new OrdersSettings(), settings));
  return { cache, start: () => lifecycle.start() };
}

const heldBy = (cache: OrderCache): boolean[] =>
  Array.from({ length: STORED }, (_, n) => cache.peek(uidOf(n)) !== undefined);

describe('a cache that is warmed up', () => {
  it('holds as many of the newest orders as it is to, each under its id', async () => {
    const { cache, start } = startOf({ CACHE_WARM_ORDERS: 4_200 });
    await start();
    expect(heldBy(cache)).toEqual(Array.from({ length: STORED }, (_, n) => n >= STORED - 4_200));
    const { body } = cache.peek(uidOf(STORED - 1))!;
    expect((JSON.parse(body.toString()) as Order).order_uid).toBe(uidOf(STORED - 1));
  });

  it('has dropped older ones, not the newest, when it has no room for all', async () => {
    const { cache, start } = startOf({ CACHE_WARM_ORDERS: STORED, CACHE_MAX_BYTES: 5_600 * KIB });
    await start();
    const held = heldBy(cache);
    expect(held.filter(Boolean).length).toBeGreaterThan(2_500);
    expect(held.filter(Boolean).length).toBeLessThan(3_500);
    expect(held.slice(-LAST_PAGE)).not.toContain(false);
  });

  it('holds all orders when they are fewer than it is to hold', async () => {
    const { cache, start } = startOf({ CACHE_WARM_ORDERS: 10 * STORED });
    await start();
    expect(heldBy(cache)).not.toContain(false);
  });

  it('holds none when it is to hold none', async () => {
    const { cache, start } = startOf({ CACHE_WARM_ORDERS: 0 });
    await start();
    expect(heldBy(cache)).not.toContain(true);
  });

  it('lets the start fail when orders cannot be read, and take place later', async () => {
    const { cache, start } = startOf({ CACHE_WARM_ORDERS: STORED });
    const away = new Error('the database is away');
    vi.spyOn(orders, 'findFirst').mockRejectedValue(away);
    await expect(start()).rejects.toMatchObject({ step: 'the cache of orders', cause: away });
    vi.restoreAllMocks();
    await start();
    expect(heldBy(cache)).not.toContain(false);
  });
});
