import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arbitraryOrder } from '../../../test/support/arbitrary-order.js';
import { sampleOrderText } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { encodeOrder } from '../model/order.codec.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import type { Order } from '../model/order.js';
import { OrderRepository } from './order.repository.js';
import { contentHash, orderToStore, type OrderToStore } from './order-to-store.js';
import { type StoredOrder, StoredOrders } from './stored-orders.js';

/** More than any of these orders take together. */
const MAX_BYTES = 2 ** 30;

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

const toStore = (order: Order): OrderToStore =>
  orderToStore({ order, totalsMatch: true }, Date.now() * 1_000);

/** NUL apart, which PostgreSQL cannot store. */
const EVERY_LOW_CHARACTER = Array.from({ length: 0xff }, (_, n) => String.fromCharCode(n + 1));

function withText(order: Order, text: string): Order {
  const [item] = order.items;
  return {
    ...order,
    entry: text,
    delivery: { ...order.delivery, city: text },
    items: [{ ...item!, name: text }],
  };
}

function withNumber(order: Order, number: number): Order {
  const [item] = order.items;
  return {
    ...order,
    sm_id: number,
    payment: { ...order.payment, amount: number },
    items: [{ ...item!, price: number }],
  };
}

const store = (...batch: OrderToStore[]): Promise<OrderReceipt[]> =>
  house.database.transaction((tx) => repository.store(tx, batch));

/** As the cache reads them. */
async function inTurn(orderUids: readonly string[]): Promise<StoredOrder[]> {
  const { orders, ids } = await storedOrders.findFirst(orderUids, MAX_BYTES);
  expect(ids).toBe(orderUids.length);
  return orders.map(({ orderUid, version, hash, states, receivedAt, text }) => {
    return { orderUid, version, hash, states, receivedAt, text };
  });
}

const byUid = (found: readonly StoredOrder[]): StoredOrder[] =>
  found.toSorted((a, b) => (a.orderUid < b.orderUid ? -1 : 1));

/** Stores them under ids of their own, and reads all at once, and in turn. */
async function expectReadAsStored(orders: readonly Order[]): Promise<void> {
  const named = orders.map((order) => ({ ...order, order_uid: freshUid() }));
  await store(...named.map(toStore));
  const uids = named.map(({ order_uid }) => order_uid);
  const found = await storedOrders.findMany(uids);
  expect(byUid(await inTurn(uids))).toEqual(byUid(found));
  const textByUid = new Map(found.map(({ orderUid, text }) => [orderUid, text]));
  for (const order of named) expect(textByUid.get(order.order_uid)).toBe(encodeOrder(order));
  for (const { text, hash, version } of found) {
    expect(hash).toBe(contentHash(encodeOrder(JSON.parse(text) as Order)));
    expect(version).toBe(1);
  }
}

describe('what is read back', () => {
  it('is the canonical text of every valid order to the byte, and its hash', async () => {
    const orders = fc.array(arbitraryOrder({ totals: 'any' }), { minLength: 1, maxLength: 100, size: 'max' });
    await fc.assert(
      fc.asyncProperty(orders, (generated) => expectReadAsStored(generated)),
      { numRuns: 10 },
    );
  });

  it('is the canonical text also of what JSON escapes, or might', async () => {
    const texts = [
      ...EVERY_LOW_CHARACTER,
      '\u2028\u2029',
      '\uFEFF\uFFFD\uFFFF',
      '😀\u{10FFFF}',
      '\\u0041',
      '</a>',
      '',
    ];
    await expectReadAsStored(texts.map((text) => withText(orderOf(freshUid()), text)));
  });

  it('is the canonical text also of numbers at the edges', async () => {
    const numbers = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];
    await expectReadAsStored(numbers.map((number) => withNumber(orderOf(freshUid()), number)));
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
    expect(await inTurn(['nobody', uid])).toEqual(found);
    expect(await inTurn([])).toEqual([]);
  });

  it('is found by ids that mean something to PostgreSQL, too', async () => {
    const uids = ['NULL', 'null', '--', '_', '-1'];
    await store(...uids.map((uid) => toStore(orderOf(uid))));
    const found = await inTurn(uids);
    expect(found.map(({ orderUid }) => orderUid).toSorted()).toEqual(uids.toSorted());
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
