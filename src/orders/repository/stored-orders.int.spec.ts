import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arbitraryOrder } from '../../../test/support/arbitrary-order.js';
import { sampleOrderText } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { encodeOrder } from '../model/order.codec.js';
import type { Order } from '../model/order.js';
import { contentOf } from './order-content.js';
import { OrderRepository, type StoreResult } from './order.repository.js';
import type { OrderToStore } from './order-to-store.js';
import { StoredOrders } from './stored-orders.js';

const repository = new OrderRepository();
let house: WaybillDatabase;
let storedOrders: StoredOrders;
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  storedOrders = new StoredOrders(house.database);
});

afterAll(() => house.drop());

const freshUid = (): string => `read-${++serial}`;

const orderOf = (orderUid: string): Order => ({
  ...(JSON.parse(sampleOrderText()) as Order),
  order_uid: orderUid,
});

const toStore = (order: Order): OrderToStore => ({
  content: contentOf(order),
  totalsMatch: true,
  receivedAtUs: Date.now() * 1_000,
});

const store = (...batch: OrderToStore[]): Promise<StoreResult[]> =>
  house.database.transaction((tx) => repository.store(tx, batch));

describe('what is read back', () => {
  it('is every valid order field for field, its time to the letter', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOrder({ totals: 'any' }), async (order) => {
        const uid = freshUid();
        const named = { ...order, order_uid: uid };
        await store(toStore(named));
        const [stored] = await storedOrders.findMany([uid]);
        expect(stored!.text).toBe(encodeOrder(named));
        expect(stored!.hash).toBe(contentOf(named).hash);
        expect(await store(toStore(JSON.parse(stored!.text) as Order))).toMatchObject([
          { outcome: 'unchanged' },
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it('is every valid order also when it replaced another one', async () => {
    const uid = freshUid();
    await fc.assert(
      fc.asyncProperty(arbitraryOrder({ totals: 'any', maxItems: 6 }), async (order) => {
        const named = { ...order, order_uid: uid };
        await store(toStore(named));
        expect((await storedOrders.findMany([uid]))[0]!.text).toBe(encodeOrder(named));
      }),
      { numRuns: 100 },
    );
  });

  it('leaves out what is not there, and has each order once', async () => {
    const uid = freshUid();
    await store(toStore(orderOf(uid)));
    const found = await storedOrders.findMany([uid, 'nobody', uid]);
    expect(found.map((one) => one.orderUid)).toEqual([uid]);
    expect(await storedOrders.findMany([])).toEqual([]);
  });
});

describe('the newest orders', () => {
  it('come newest received first', async () => {
    const uids = Array.from({ length: 3 }, freshUid);
    const later = (Date.now() + 3_600_000) * 1_000;
    for (const [n, uid] of uids.entries()) {
      await store({ ...toStore(orderOf(uid)), receivedAtUs: later + n });
    }
    expect(await storedOrders.newest(2)).toEqual([uids[2], uids[1]]);
  });
});
