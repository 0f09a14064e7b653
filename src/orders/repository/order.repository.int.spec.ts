import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrderText } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { etagOf } from '../model/order-etag.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import type { Order } from '../model/order.js';
import type { SourcePosition } from '../../platform/messaging/source-position.js';
import { orderToStore, type OrderToStore } from './order-to-store.js';
import { OrderRepository } from './order.repository.js';
import { StoredOrders } from './stored-orders.js';

let house: WaybillDatabase;
let repository: OrderRepository;
let storedOrders: StoredOrders;
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  repository = new OrderRepository();
  storedOrders = new StoredOrders(house.database);
});

afterAll(() => house.drop());

const freshUid = (): string => `order-${++serial}`;

/** A small order with `items` items, each telling `mark`, so that a mixture of two orders shows. */
function orderOf(orderUid: string, mark = 'a', items = 1): Order {
  const order = JSON.parse(sampleOrderText()) as Order;
  const [item] = order.items;
  return {
    ...order,
    order_uid: orderUid,
    customer_id: mark,
    delivery: { ...order.delivery, name: mark },
    payment: { ...order.payment, bank: mark },
    items: Array.from({ length: items }, (_, n) => ({ ...item!, rid: `${mark}-${n}`, chrt_id: n })),
  };
}

const toStore = (order: Order, source?: SourcePosition): OrderToStore =>
  orderToStore({ order, totalsMatch: true, source }, Date.now() * 1_000);

const from = (
  offset: number,
  timestampMs = 1_700_000_000_000 + offset,
  stream = 'orders/0',
): SourcePosition => ({
  stream,
  offset,
  timestampMs,
});

/**
 * What became of each. Each receipt knows when the first version of its order came (see the test of that), and the ETag
 * of its order, unless it was delivered again.
 */
async function store(...batch: OrderToStore[]): Promise<Pick<OrderReceipt, 'outcome' | 'version'>[]> {
  const receipts = await house.database.transaction((tx) => repository.store(tx, batch));
  return receipts.map(({ orderUid, outcome, version, receivedAt, etag }, index) => {
    const { order, hash } = batch[index]!;
    expect(orderUid).toBe(order.order_uid);
    expect(receivedAt).toBeDefined();
    expect(etag).toBe(outcome === 'stale' ? undefined : etagOf(version, hash));
    return { outcome, version };
  });
}

async function read(orderUid: string): Promise<{ order: Order; version: number; hash: string }> {
  const [stored] = await storedOrders.findMany([orderUid]);
  return { order: JSON.parse(stored!.text) as Order, version: stored!.version, hash: stored!.hash };
}

describe('what becomes of an order', () => {
  it('is stored when it was not there, in all four tables', async () => {
    const order = orderOf(freshUid(), 'a', 3);
    expect(await store(toStore(order))).toEqual([{ outcome: 'stored', version: 1 }]);
    expect((await read(order.order_uid)).order).toEqual(order);
    const [counts] = await house.rows(
      `SELECT (SELECT count(*)::int FROM orders WHERE order_uid = $1) AS orders,
              (SELECT count(*)::int FROM deliveries WHERE order_uid = $1) AS deliveries,
              (SELECT count(*)::int FROM payments WHERE order_uid = $1) AS payments,
              (SELECT count(*)::int FROM items WHERE order_uid = $1) AS items`,
      [order.order_uid],
    );
    expect(counts).toEqual({ orders: 1, deliveries: 1, payments: 1, items: 3 });
  });

  it('keeps the time at which its first version came, to the microsecond', async () => {
    const uid = freshUid();
    const storeAt = async (order: Order, receivedAtUs: number): Promise<OrderReceipt[]> =>
      house.database.transaction((tx) => repository.store(tx, [{ ...toStore(order), receivedAtUs }]));
    const first = Date.UTC(2024, 1, 29, 23, 59, 59, 7) * 1_000 + 42;
    const receivedAt = '2024-02-29T23:59:59.007042Z';
    const [stored] = await storeAt(orderOf(uid), first);
    const [unchanged] = await storeAt(orderOf(uid), first + 1);
    const [updated] = await storeAt({ ...orderOf(uid), locale: 'he' }, first + 2);
    expect([stored, unchanged, updated].map((result) => result?.receivedAt)).toEqual([
      receivedAt,
      receivedAt,
      receivedAt,
    ]);
    expect((await storedOrders.findMany([uid]))[0]!.receivedAt).toBe(receivedAt);
  });

  it('is unchanged when the same content is there, whichever way it came', async () => {
    const order = orderOf(freshUid());
    await store(toStore(order, from(1)));
    expect(await store(toStore(order, from(1)))).toEqual([{ outcome: 'unchanged', version: 1 }]);
    expect(await store(toStore(order, from(2)))).toEqual([{ outcome: 'unchanged', version: 1 }]);
    expect(await store(toStore(order))).toEqual([{ outcome: 'unchanged', version: 1 }]);
  });

  it.each([
    [1, 4],
    [4, 1],
    [2, 2],
  ])('is updated by other content, and replaced whole: %i items by %i', async (before, after) => {
    const uid = freshUid();
    await store(toStore(orderOf(uid, 'a', before)));
    const changed = orderOf(uid, 'b', after);
    expect(await store(toStore(changed))).toEqual([{ outcome: 'updated', version: 2 }]);
    expect(await read(uid)).toMatchObject({ order: changed, version: 2, hash: toStore(changed).hash });
  });

  it('is updated by content that it had before the last change', async () => {
    const uid = freshUid();
    await store(toStore(orderOf(uid, 'a')));
    await store(toStore(orderOf(uid, 'b')));
    expect(await store(toStore(orderOf(uid, 'a')))).toEqual([{ outcome: 'updated', version: 3 }]);
  });

  it('is stale when it was delivered again after a newer event of its stream', async () => {
    const uid = freshUid();
    await store(toStore(orderOf(uid, 'a'), from(1)));
    await store(toStore(orderOf(uid, 'b'), from(2)));
    expect(await store(toStore(orderOf(uid, 'a'), from(1)))).toEqual([{ outcome: 'stale', version: 2 }]);
    expect((await read(uid)).order.customer_id).toBe('b');
  });

  it('is stale also when it was written over HTTP in between', async () => {
    const uid = freshUid();
    await store(toStore(orderOf(uid, 'a'), from(1)));
    await store(toStore(orderOf(uid, 'b'), from(2)));
    await store(toStore(orderOf(uid, 'http')));
    expect(await store(toStore(orderOf(uid, 'b'), from(2)))).toEqual([{ outcome: 'stale', version: 3 }]);
    expect(await store(toStore(orderOf(uid, 'c'), from(3)))).toEqual([{ outcome: 'updated', version: 4 }]);
  });

  it('is not stale when its topic was made anew: a smaller offset, but a later time', async () => {
    const uid = freshUid();
    await store(toStore(orderOf(uid, 'a'), from(900, 1_700_000_000_000)));
    const anew = toStore(orderOf(uid, 'b'), from(0, 1_700_000_900_000));
    expect(await store(anew)).toEqual([{ outcome: 'updated', version: 2 }]);
  });

  it('is not stale when it was sent in the same millisecond as the one before it', async () => {
    const uid = freshUid();
    await store(toStore(orderOf(uid, 'a'), from(1, 1_700_000_000_000)));
    const next = toStore(orderOf(uid, 'b'), from(2, 1_700_000_000_000));
    expect(await store(next)).toEqual([{ outcome: 'updated', version: 2 }]);
  });

  it('is not stale when it came on another partition', async () => {
    const uid = freshUid();
    await store(toStore(orderOf(uid, 'a'), from(9, 1_700_000_000_009, 'orders/0')));
    const elsewhere = toStore(orderOf(uid, 'b'), from(1, 1_700_000_000_001, 'orders/1'));
    expect(await store(elsewhere)).toEqual([{ outcome: 'updated', version: 2 }]);
  });

  it('compares times to the microsecond, as the loopback tells them', async () => {
    const uid = freshUid();
    const source = from(7, 1_763_722_949_123.457);
    await store(toStore(orderOf(uid, 'a'), from(6, source.timestampMs - 1)));
    await store(toStore(orderOf(uid, 'b'), source));
    await store(toStore(orderOf(uid, 'http')));
    expect(await store(toStore(orderOf(uid, 'b'), source))).toEqual([{ outcome: 'stale', version: 3 }]);
  });

  it('takes several contents of one order in one batch one after the other', async () => {
    const [uid, other] = [freshUid(), freshUid()];
    const results = await store(
      toStore(orderOf(uid, 'a', 3), from(1)),
      toStore(orderOf(other), from(2)),
      toStore(orderOf(uid, 'b', 1), from(3)),
      toStore(orderOf(uid, 'b', 1), from(4)),
      toStore(orderOf(uid, 'c', 2), from(5)),
    );
    expect(results).toEqual([
      { outcome: 'stored', version: 1 },
      { outcome: 'stored', version: 1 },
      { outcome: 'updated', version: 2 },
      { outcome: 'unchanged', version: 2 },
      { outcome: 'updated', version: 3 },
    ]);
    expect(await read(uid)).toMatchObject({ order: orderOf(uid, 'c', 2), version: 3 });
  });

  it('is nothing for a batch that is empty', async () => {
    expect(await store()).toEqual([]);
  });

  it('is not stored when its transaction is rolled back', async () => {
    const uid = freshUid();
    const rolledBack = house.database.transaction(async (tx) => {
      await repository.store(tx, [toStore(orderOf(uid))]);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    expect(await storedOrders.findMany([uid])).toEqual([]);
  });

  it('keeps the largest order that is allowed', async () => {
    const order = orderOf(freshUid(), 'a', 1_000);
    await store(toStore(order));
    expect((await read(order.order_uid)).order).toEqual(order);
  });
});

describe('writers at the same time', () => {
  it('never leave a mixture: one of the orders stands there whole, and each change has its version', async () => {
    for (let storm = 0; storm < 12; storm++) {
      const uid = freshUid();
      const orders = Array.from({ length: 24 }, (_, n) => orderOf(uid, `m${storm}-${n}`, 1 + ((n * 7) % 11)));
      const results = (await Promise.all(orders.map((order) => store(toStore(order))))).flat();
      const { order, version } = await read(uid);
      const written = orders.find(({ customer_id }) => customer_id === order.customer_id);
      expect(order).toEqual(written);
      const effective = results.filter(({ outcome }) => outcome !== 'unchanged');
      expect(effective.map((one) => one.version).sort((a, b) => a - b)).toEqual(orders.map((_, n) => n + 1));
      expect(effective.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
      expect(version).toBe(orders.length);
    }
  });

  it('store the same content once, however many they are', async () => {
    const uid = freshUid();
    const results = await Promise.all(Array.from({ length: 24 }, () => store(toStore(orderOf(uid)))));
    expect(results.flat().filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
    expect(results.flat().filter(({ outcome }) => outcome === 'unchanged')).toHaveLength(23);
    expect((await read(uid)).version).toBe(1);
  });

  it('wait for each other, and never deadlock, over the same orders in opposite order, new ones and known ones', async () => {
    const uids = Array.from({ length: 40 }, freshUid);
    await store(...uids.filter((_, n) => n % 2 === 0).map((uid) => toStore(orderOf(uid, 'start'))));
    const batchOf = (mark: string, order: readonly string[]): OrderToStore[] =>
      order.map((uid, n) => toStore(orderOf(uid, mark, 1 + (n % 5))));
    const writers = Array.from({ length: 16 }, (_, n) =>
      store(...batchOf(`w${n}`, n % 2 === 0 ? uids : uids.toReversed())),
    );
    const results = (await Promise.all(writers)).flat();
    const stored = await storedOrders.findMany(uids);
    expect(stored).toHaveLength(uids.length);
    for (const { text, orderUid, version } of stored) {
      const order = JSON.parse(text) as Order;
      expect(order).toEqual(orderOf(orderUid, order.customer_id, order.items.length));
      expect(version).toBe(uids.indexOf(orderUid) % 2 === 0 ? 17 : 16);
    }
    expect(results.every(({ outcome }) => outcome === 'stored' || outcome === 'updated')).toBe(true);
  });

  it('may each name an order several times', async () => {
    const uids = Array.from({ length: 6 }, freshUid);
    const writers = Array.from({ length: 8 }, (_, n) => {
      const marks = ['x', 'y', 'z'].map((step) => `${n}${step}`);
      const batch = marks.flatMap((mark) => uids.map((uid) => toStore(orderOf(uid, mark, 1 + n))));
      return store(...(n % 2 === 0 ? batch : batch.toReversed()));
    });
    const results = (await Promise.all(writers)).flat();
    const stored = await storedOrders.findMany(uids);
    expect(stored.map(({ version }) => version)).toEqual(uids.map(() => 24));
    expect(results).toHaveLength(6 * 24);
    for (const { text, orderUid } of stored) {
      const order = JSON.parse(text) as Order;
      expect(order).toEqual(orderOf(orderUid, order.customer_id, order.items.length));
    }
  });
});
