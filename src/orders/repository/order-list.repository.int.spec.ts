import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { aMoment } from '../../platform/http/request-parameters.js';
import { encodeOrder } from '../model/order.codec.js';
import type { ListPosition, OrderFilter } from '../model/order-filter.js';
import type { Order } from '../model/order.js';
import { orderToStore } from './order-to-store.js';
import { OrderListRepository } from './order-list.repository.js';
import { OrderRepository } from './order.repository.js';
import { StoredOrders } from './stored-orders.js';

let house: WaybillDatabase;
let repository: OrderRepository;
let lists: OrderListRepository;
let customers = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  repository = new OrderRepository();
  lists = new OrderListRepository(house.database, new StoredOrders(house.database));
});

afterAll(() => house.drop());

/** A customer of one test's own: lists of it hold nothing of the other tests. */
const freshCustomer = (): string => `customer-${++customers}`;

const RECEIVED_AT_US = 1_763_722_949_123_457;

interface Listed {
  uid: string;
  fields?: Partial<Order>;
  /** After a common start. */
  receivedAfterUs?: number;
}

async function receive(customer_id: string, ...orders: Listed[]): Promise<void> {
  const batch = orders.map(({ uid, fields, receivedAfterUs = 0 }) => {
    const order = { ...(sampleOrder() as unknown as Order), order_uid: uid, customer_id, ...fields };
    return orderToStore({ order, totalsMatch: true }, RECEIVED_AT_US + receivedAfterUs);
  });
  await house.database.transaction((tx) => repository.store(tx, batch));
}

async function uids(filter: OrderFilter, limit = 100): Promise<string[]> {
  return (await lists.page(filter, limit)).orders.map((order) => order.orderUid);
}

async function allPages(filter: OrderFilter, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let after: ListPosition | undefined;
  do {
    const page = await lists.page(filter, limit, after);
    pages.push(page.orders.map((order) => order.orderUid));
    after = page.next;
  } while (after !== undefined);
  return pages;
}

describe('a list of orders', () => {
  it('shows the newest received first, each order whole', async () => {
    const customerId = freshCustomer();
    await receive(
      customerId,
      { uid: 'newest-1', receivedAfterUs: 1 },
      { uid: 'newest-3', receivedAfterUs: 3 },
      { uid: 'newest-2', receivedAfterUs: 2 },
    );
    const { orders, next } = await lists.page({ customerId }, 10);
    expect(orders.map(({ orderUid }) => orderUid)).toEqual(['newest-3', 'newest-2', 'newest-1']);
    expect(next).toBeUndefined();
    expect(orders[0]!.text).toBe(
      encodeOrder({ ...(sampleOrder() as unknown as Order), order_uid: 'newest-3', customer_id: customerId }),
    );
  });

  it('stays where it was when an order is changed', async () => {
    const customerId = freshCustomer();
    await receive(customerId, { uid: 'kept-1', receivedAfterUs: 1 }, { uid: 'kept-2', receivedAfterUs: 2 });
    await receive(customerId, { uid: 'kept-1', receivedAfterUs: 9, fields: { entry: 'changed' } });
    expect(await uids({ customerId })).toEqual(['kept-2', 'kept-1']);
  });

  it.each([1, 2, 3, 7, 8])(
    'has every order once over pages of %i, also those of one microsecond',
    async (limit) => {
      const customerId = freshCustomer();
      const orders = Array.from({ length: 7 }, (_, n) => ({
        uid: `page-${limit}-${n}`,
        // 0, 0, 0, 1, 1, 1, 2: several orders share a moment, and pages end among them.
        receivedAfterUs: Math.floor(n / 3),
      }));
      // Not in the order that they are listed in, so that no index gives it by chance.
      for (const n of [1, 5, 0, 3, 6, 2, 4]) await receive(customerId, orders[n]!);
      const pages = await allPages({ customerId }, limit);
      expect(pages.flat()).toEqual(orders.map(({ uid }) => uid).toReversed());
      for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
    },
  );

  it('goes on after a page without what came in meanwhile', async () => {
    const customerId = freshCustomer();
    await receive(customerId, { uid: 'old-1', receivedAfterUs: 1 }, { uid: 'old-2', receivedAfterUs: 2 });
    const first = await lists.page({ customerId }, 1);
    await receive(customerId, { uid: 'new-3', receivedAfterUs: 3 });
    const second = await lists.page({ customerId }, 1, first.next);
    expect(second.orders.map(({ orderUid }) => orderUid)).toEqual(['old-1']);
    expect(second.next).toBeUndefined();
  });

  it('ends a page with the order that makes it full, and reads none beyond', async () => {
    const customerId = freshCustomer();
    const sizes = [1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.001, 0.9];
    for (const [n, mib] of sizes.entries()) {
      const fields = { internal_signature: 'x'.repeat(mib * 1_000_000) };
      await receive(customerId, { uid: `large-${n}`, receivedAfterUs: -n, fields });
    }
    expect(await allPages({ customerId }, 500)).toEqual([
      ['large-0', 'large-1', 'large-2', 'large-3', 'large-4'],
      ['large-5', 'large-6', 'large-7', 'large-8'],
    ]);
    expect(await allPages({ customerId }, 5)).toHaveLength(2);
    expect(await allPages({ customerId }, 4)).toHaveLength(3);
  });

  it('passes over what is deleted while the page is read', async () => {
    const customerId = freshCustomer();
    await receive(customerId, ...['gone-1', 'gone-2', 'gone-3'].map((uid) => ({ uid })));
    const listed = ['gone-3', 'gone-0', 'gone-1', 'gone-9'];
    const { orders, ids } = await new StoredOrders(house.database).findFirst(listed, 4_000);
    expect(orders.map(({ orderUid }) => orderUid)).toEqual(['gone-3', 'gone-1']);
    expect(ids).toBe(4);
  });

  it('is empty where nothing fits', async () => {
    expect(await lists.page({ customerId: freshCustomer() }, 10)).toEqual({ orders: [] });
  });

  it('can be narrowed by each of its filters, and by all at once', async () => {
    const customerId = freshCustomer();
    const fields = {
      track_number: `track-${customerId}`,
      delivery_service: `service-${customerId}`,
      date_created: '2021-11-26T09:22:19.5+03:00',
    };
    await receive(customerId, { uid: 'filter-1', fields }, { uid: 'filter-2', receivedAfterUs: 1 });
    const at = (text: string) => aMoment(`2021-11-26T${text}`)!;
    const instant = at('06:22:19.500Z');
    const next = at('06:22:19.501Z');
    expect(await uids({ trackNumber: fields.track_number })).toEqual(['filter-1']);
    expect(await uids({ deliveryService: fields.delivery_service })).toEqual(['filter-1']);
    expect(await uids({ customerId, from: instant })).toEqual(['filter-1']);
    expect(await uids({ customerId, from: next })).toEqual([]);
    expect(await uids({ customerId, to: instant })).toEqual(['filter-2']);
    expect(await uids({ customerId, to: next })).toEqual(['filter-2', 'filter-1']);
    expect(
      await uids({
        customerId,
        trackNumber: fields.track_number,
        deliveryService: fields.delivery_service,
        statuses: ['received'],
        from: instant,
        to: next,
      }),
    ).toEqual(['filter-1']);
  });

  it('has an order by the track number of each of its parcels, written as it is', async () => {
    const customerId = freshCustomer();
    const track = `split-${customerId}`;
    const [item] = (sampleOrder() as unknown as Order).items;
    const items = [track, `${track}-2`, `${track}-2`, `${track}-3`].map((track_number) => ({
      ...item!,
      track_number,
    }));
    const fields = { track_number: track, items };
    await receive(customerId, { uid: 'split-1', fields }, { uid: 'split-2', receivedAfterUs: 1, fields });
    await receive(customerId, { uid: 'whole-1', fields: { track_number: `${track}-2` } });
    expect(await uids({ trackNumber: track })).toEqual(['split-2', 'split-1']);
    expect(await uids({ trackNumber: `${track}-2` })).toEqual(['split-2', 'whole-1', 'split-1']);
    expect(await allPages({ trackNumber: `${track}-3` }, 1)).toEqual([['split-2'], ['split-1']]);
    expect(await uids({ trackNumber: `${track}-3`.toUpperCase() })).toEqual([]);
    await receive(customerId, { uid: 'split-1', receivedAfterUs: 2, fields: { track_number: track } });
    expect(await uids({ trackNumber: `${track}-3` })).toEqual(['split-2']);
  });

  it('of disputed payments reads the disputed orders alone, and has them from when they are until they are not', async () => {
    const customerId = freshCustomer();
    await receive(customerId, { uid: 'court-1' }, { uid: 'court-2', receivedAfterUs: 1 }, { uid: 'court-3' });
    const become = (status: string, ...some: string[]): Promise<object[]> =>
      house.rows(`UPDATE orders SET payment_status = $1 WHERE order_uid = ANY ($2)`, [status, some]);
    await become('disputed', 'court-1', 'court-2');
    expect(await uids({ paymentStatuses: ['disputed'] })).toEqual(['court-2', 'court-1']);
    expect(await uids({ paymentStatuses: ['disputed', 'unpaid'], customerId })).toContain('court-3');
    await become('paid', 'court-2');
    expect(await uids({ paymentStatuses: ['disputed'] })).toEqual(['court-1']);
    await house.rows(`DELETE FROM orders WHERE order_uid = 'court-1'`);
    expect(await house.rows('SELECT FROM orders_disputed')).toEqual([]);
  });

  it('is from one moment to another as exactly as they and the orders are written', async () => {
    const customerId = freshCustomer();
    const times = ['.123', '.1234', '.123456789', '.1235', '.124', ''];
    for (const [n, decimals] of times.entries()) {
      const date_created = `2024-08-12T15:04:05${decimals}+03:00`;
      await receive(customerId, { uid: `exact-${n}`, receivedAfterUs: -n, fields: { date_created } });
    }
    const old = { date_created: '1961-04-12T06:07:00.123456Z' };
    await receive(customerId, { uid: 'exact-old', receivedAfterUs: -9, fields: old });
    const between = async (from: string, to: string): Promise<number[]> => {
      const at = (decimals: string) => aMoment(`2024-08-12T12:04:05${decimals}Z`)!;
      const found = await uids({ customerId, from: at(from), to: at(to) });
      return found.map((uid) => Number(uid.slice(6)));
    };
    expect(await between('.123400', '.123500')).toEqual([1, 2]);
    expect(await between('.12340', '.1235001')).toEqual([1, 2, 3]);
    expect(await between('.123456789', '.12345679')).toEqual([2]);
    expect(await between('.1234567891', '.124')).toEqual([3]);
    expect(await between('', '.1230000000001')).toEqual([0, 5]);
    expect(await between('.123', '.124000000')).toEqual([0, 1, 2, 3]);
    const oldTo = (text: string) => uids({ customerId, to: aMoment(`1961-04-12T06:07:00${text}Z`)! });
    expect(await oldTo('.1234560')).toEqual([]);
    expect(await oldTo('.1234561')).toEqual(['exact-old']);
  });

  it('knows orders by each of their three states, of which several may do', async () => {
    const customerId = freshCustomer();
    await receive(customerId, { uid: 'state-1' }, { uid: 'state-2' }, { uid: 'state-3' });
    await house.rows(
      `UPDATE orders SET life = 'shipped', payment_status = 'paid', shipment_status = 'lost' WHERE order_uid = 'state-1'`,
    );
    await house.rows(`UPDATE orders SET life = 'cancelled', status = 'updated' WHERE order_uid = 'state-2'`);
    const ofCustomer = async (filter: OrderFilter) => (await uids({ customerId, ...filter })).sort();
    expect(await ofCustomer({ statuses: ['received'] })).toEqual(['state-3']);
    expect(await ofCustomer({ statuses: ['shipped', 'cancelled'] })).toEqual(['state-1', 'state-2']);
    expect(await ofCustomer({ paymentStatuses: ['paid'] })).toEqual(['state-1']);
    expect(await ofCustomer({ paymentStatuses: ['unpaid'] })).toEqual(['state-2', 'state-3']);
    expect(await ofCustomer({ shipmentStatuses: ['lost', 'none'] })).toHaveLength(3);
    expect(await ofCustomer({ statuses: ['received'], shipmentStatuses: ['lost'] })).toEqual([]);
  });

  it('takes a filter for a text, never for SQL', async () => {
    const customerId = `o'; DROP TABLE orders; --`;
    await receive(customerId, { uid: 'quoted' });
    expect(await uids({ customerId })).toEqual(['quoted']);
  });
});
