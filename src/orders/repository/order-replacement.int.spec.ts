import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrderText } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Database } from '../../platform/database/database.js';
import { etagOf } from '../model/order-etag.js';
import { FIRST_STATES } from '../model/order-states.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import type { Order } from '../model/order.js';
import { OrderRepository } from './order.repository.js';
import { orderToStore, type OrderToStore } from './order-to-store.js';
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

const freshUid = (): string => `replaced-${++serial}`;

function orderOf(orderUid: string, mark: string): Order {
  const order = JSON.parse(sampleOrderText()) as Order;
  return { ...order, order_uid: orderUid, customer_id: mark };
}

const toStore = (order: Order): OrderToStore =>
  orderToStore({ order, totalsMatch: true }, Date.now() * 1_000);

/** What became of each. Each receipt knows when the first version of its order came; see the test of that. */
async function store(
  ...batch: OrderToStore[]
): Promise<Pick<OrderReceipt, 'outcome' | 'version' | 'etag'>[]> {
  const receipts = await house.database.transaction((tx) => repository.store(tx, batch));
  return receipts.map(({ orderUid, receivedAt, ...receipt }, index) => {
    expect(orderUid).toBe(batch[index]!.order.order_uid);
    expect(receivedAt === undefined).toBe(receipt.version === 0);
    return receipt;
  });
}

async function read(orderUid: string): Promise<{ order: Order; version: number; hash: string }> {
  const [stored] = await storedOrders.findMany([orderUid]);
  return { order: JSON.parse(stored!.text) as Order, version: stored!.version, hash: stored!.hash };
}

/** More than any order here has. */
const VERSIONS = 12;

describe('an order that may only replace', () => {
  /** Whichever of its first versions it is. */
  const asLongAs = (hash: string, order: Order): OrderToStore => ({
    ...toStore(order),
    ifMatch: Array.from({ length: VERSIONS }, (_, n) => etagOf(n + 1, hash)),
  });
  const [a, b, c] = ['a', 'b', 'c'].map((mark) => (uid: string) => orderOf(uid, mark)) as [
    (uid: string) => Order,
    (uid: string) => Order,
    (uid: string) => Order,
  ];
  const hashOf = (order: Order): string => toStore(order).hash;

  it('replaces what it may, which may be the same content', async () => {
    const uid = freshUid();
    await store(toStore(a(uid)));
    const etag = etagOf(1, hashOf(a(uid)));
    expect(await store(asLongAs(hashOf(a(uid)), a(uid)))).toEqual([
      { outcome: 'unchanged', version: 1, etag },
    ]);
    const replaced = {
      outcome: 'updated',
      version: 2,
      etag: etagOf(2, hashOf(b(uid))),
      states: FIRST_STATES,
    };
    expect(await store(asLongAs(hashOf(a(uid)), b(uid)))).toEqual([replaced]);
    expect((await read(uid)).order).toEqual(b(uid));
  });

  it('is told what is there when it may not, even if that is its own content, and changes nothing', async () => {
    const uid = freshUid();
    await store(toStore(a(uid)));
    const mismatched = { outcome: 'mismatched', version: 1, etag: etagOf(1, hashOf(a(uid))) };
    expect(await store(asLongAs(hashOf(b(uid)), c(uid)))).toEqual([mismatched]);
    expect(await store(asLongAs(hashOf(b(uid)), a(uid)))).toEqual([mismatched]);
    expect(await read(uid)).toMatchObject({ order: a(uid), version: 1 });
  });

  it('is never stored anew', async () => {
    const uid = freshUid();
    const anything: OrderToStore = { ...toStore(a(uid)), ifMatch: '*' };
    expect(await store(anything)).toEqual([{ outcome: 'mismatched', version: 0 }]);
    expect(await storedOrders.findMany([uid])).toEqual([]);
  });

  it('fails none of its neighbours', async () => {
    const [uid, other] = [freshUid(), freshUid()];
    const results = await store(toStore(a(uid)), asLongAs('none', b(other)), toStore(c(freshUid())));
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'mismatched', 'stored']);
  });

  it('takes its turn among the others of its order in a batch', async () => {
    const [fresh, known] = [freshUid(), freshUid()];
    await store(toStore(a(known)));
    const outcomes = (await store(
      asLongAs(hashOf(a(fresh)), b(fresh)),
      asLongAs(hashOf(a(known)), b(known)),
      toStore(a(fresh)),
      toStore(c(known)),
      asLongAs(hashOf(a(fresh)), b(fresh)),
      asLongAs(hashOf(a(known)), b(known)),
      asLongAs(hashOf(a(fresh)), c(fresh)),
      toStore(c(fresh)),
      asLongAs(hashOf(c(known)), a(known)),
    )) as readonly { outcome: string; version: number }[];
    expect(outcomes.map(({ outcome, version }) => [outcome, version])).toEqual([
      ['mismatched', 0],
      ['updated', 2],
      ['stored', 1],
      ['updated', 3],
      ['updated', 2],
      ['mismatched', 3],
      ['mismatched', 2],
      ['updated', 3],
      ['updated', 4],
    ]);
    expect((await read(fresh)).order).toEqual(c(fresh));
    expect((await read(known)).order).toEqual(a(known));
  });

  it('gives way to exactly one of many that take it for the same, across processes', async () => {
    const elsewhere = new Database(house.options);
    await elsewhere.open(house.connection);
    const uid = freshUid();
    await store(toStore(a(uid)));
    for (let before = a(uid), round = 0; round < 10; round++) {
      const rivals = Array.from({ length: 8 }, (_, n) => orderOf(uid, `${round}-${n}`));
      const results = await Promise.all(
        rivals.map((rival, n) => {
          const database = n % 2 === 0 ? house.database : elsewhere;
          return database.transaction((tx) => repository.store(tx, [asLongAs(hashOf(before), rival)]));
        }),
      );
      const winners = rivals.filter((_, n) => results[n]![0]!.outcome === 'updated');
      expect(winners).toHaveLength(1);
      expect(await read(uid)).toMatchObject({ order: winners[0], version: round + 2 });
      before = winners[0]!;
    }
    await elsewhere.close();
  });

  it('waits for the others, and never deadlocks, when batches share orders that are new and known', async () => {
    for (let round = 0; round < 5; round++) {
      const uids = Array.from({ length: 12 }, freshUid);
      await store(...uids.filter((_, n) => n % 3 === 0).map((uid) => toStore(a(uid))));
      const writers = Array.from({ length: 8 }, (_, n) => {
        const batch = uids.flatMap((uid) => [
          { ...toStore(orderOf(uid, `put-${n}`)), ifMatch: '*' as const },
          toStore(orderOf(uid, `post-${n}`)),
        ]);
        return store(...(n % 2 === 0 ? batch : batch.toReversed()));
      });
      await Promise.all(writers);
      expect(await storedOrders.findMany(uids)).toHaveLength(uids.length);
    }
  });
});
