import {
  BatchTable,
  BIGINT,
  BOOLEAN,
  BYTEA,
  column,
  INTEGER,
  SMALLINT,
  TEXT,
  TIMESTAMPTZ,
} from '../../platform/database/batch-table.js';
import { sourceTimeUs } from '../../platform/messaging/source-position.js';
import type { Item } from '../model/item.js';
import type { Order } from '../model/order.js';
import { instantMs } from './order-time.js';
import type { OrderToStore } from './order-to-store.js';

/** What a row of `orders` is made of. */
export interface OrderVersion {
  readonly toStore: OrderToStore;
  readonly version: number;
}

interface ItemRow {
  readonly orderUid: string;
  /** Place in the order's list of items, from 0. */
  readonly line: number;
  readonly item: Item;
}

/** A replica with the code before orders had a life filters its lists by it. */
const statusOfOldCode = (version: number): string => (version === 1 ? 'received' : 'updated');

const US_PER_MS = 1_000n;

const ofOrder = <Key extends keyof Order>(key: Key) => {
  return ({ toStore }: OrderVersion): Order[Key] => toStore.order[key];
};
const receivedAt = ({ toStore }: OrderVersion): bigint => BigInt(toStore.receivedAtUs);

export const ORDERS = new BatchTable<OrderVersion>('orders', [
  column('order_uid', TEXT, ofOrder('order_uid')),
  column('track_number', TEXT, ofOrder('track_number')),
  column('entry', TEXT, ofOrder('entry')),
  column('locale', TEXT, ofOrder('locale')),
  column('internal_signature', TEXT, ofOrder('internal_signature')),
  column('customer_id', TEXT, ofOrder('customer_id')),
  column('delivery_service', TEXT, ofOrder('delivery_service')),
  column('shardkey', TEXT, ofOrder('shardkey')),
  column('sm_id', BIGINT, ofOrder('sm_id')),
  column('date_created', TEXT, ofOrder('date_created')),
  column('oof_shard', TEXT, ofOrder('oof_shard')),
  column('created_at', TIMESTAMPTZ, (change) => {
    return BigInt(instantMs(change.toStore.order.date_created)) * US_PER_MS;
  }),
  column('status', TEXT, ({ version }) => statusOfOldCode(version)),
  column('version', INTEGER, ({ version }) => version),
  column('content_hash', BYTEA, (change) => Buffer.from(change.toStore.hash, 'hex')),
  column('totals_match', BOOLEAN, (change) => change.toStore.totalsMatch),
  column('received_at', TIMESTAMPTZ, receivedAt),
  column('updated_at', TIMESTAMPTZ, receivedAt),
  column('source', TEXT, ({ toStore }) => toStore.source?.stream),
  column('source_offset', BIGINT, ({ toStore }) => toStore.source?.offset),
  column('source_time', TIMESTAMPTZ, ({ toStore: { source } }) => {
    return source && sourceTimeUs(source);
  }),
]);

export const DELIVERIES = new BatchTable<Order>('deliveries', [
  column('order_uid', TEXT, (order) => order.order_uid),
  column('name', TEXT, ({ delivery }) => delivery.name),
  column('phone', TEXT, ({ delivery }) => delivery.phone),
  column('zip', TEXT, ({ delivery }) => delivery.zip),
  column('city', TEXT, ({ delivery }) => delivery.city),
  column('address', TEXT, ({ delivery }) => delivery.address),
  column('region', TEXT, ({ delivery }) => delivery.region),
  column('email', TEXT, ({ delivery }) => delivery.email),
]);

export const PAYMENTS = new BatchTable<Order>('payments', [
  column('order_uid', TEXT, (order) => order.order_uid),
  column('transaction', TEXT, ({ payment }) => payment.transaction),
  column('request_id', TEXT, ({ payment }) => payment.request_id),
  column('currency', TEXT, ({ payment }) => payment.currency),
  column('provider', TEXT, ({ payment }) => payment.provider),
  column('amount', BIGINT, ({ payment }) => payment.amount),
  column('payment_dt', BIGINT, ({ payment }) => payment.payment_dt),
  column('bank', TEXT, ({ payment }) => payment.bank),
  column('delivery_cost', BIGINT, ({ payment }) => payment.delivery_cost),
  column('goods_total', BIGINT, ({ payment }) => payment.goods_total),
  column('custom_fee', BIGINT, ({ payment }) => payment.custom_fee),
]);

export const ITEMS = new BatchTable<ItemRow>('items', [
  column('order_uid', TEXT, (row) => row.orderUid),
  column('line', SMALLINT, (row) => row.line),
  column('chrt_id', BIGINT, ({ item }) => item.chrt_id),
  column('track_number', TEXT, ({ item }) => item.track_number),
  column('price', BIGINT, ({ item }) => item.price),
  column('rid', TEXT, ({ item }) => item.rid),
  column('name', TEXT, ({ item }) => item.name),
  column('sale', SMALLINT, ({ item }) => item.sale),
  column('size', TEXT, ({ item }) => item.size),
  column('total_price', BIGINT, ({ item }) => item.total_price),
  column('nm_id', BIGINT, ({ item }) => item.nm_id),
  column('brand', TEXT, ({ item }) => item.brand),
  column('status', BIGINT, ({ item }) => item.status),
]);

function itemRowsOf({ order_uid: orderUid, items }: Order): ItemRow[] {
  return items.map((item, line) => ({ orderUid, line, item }));
}

/** The arrays of the parts of orders: deliveries, then payments, then items. */
export function partArrays(changes: readonly OrderVersion[]): Buffer[] {
  const orders = changes.map(({ toStore }) => toStore.order);
  return [
    ...DELIVERIES.arraysOf(orders),
    ...PAYMENTS.arraysOf(orders),
    ...ITEMS.arraysOf(orders.flatMap(itemRowsOf)),
  ];
}
