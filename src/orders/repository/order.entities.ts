import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { Delivery } from '../model/delivery.js';
import type { Item } from '../model/item.js';
import type { Order } from '../model/order.js';
import type { OrderStatus } from '../model/order-status.js';
import type { Payment } from '../model/payment.js';

/** The order's own fields, and what Waybill knows of it besides. */
export type OrderRow = Omit<Order, 'delivery' | 'payment' | 'items'> & {
  /** The moment that `date_created` tells. */
  created_at: Date;
  status: OrderStatus;
  version: number;
  content_hash: Buffer;
  totals_match: boolean;
  received_at: Date;
  updated_at: Date;
  source: string | null;
  source_offset: number | null;
  source_time: Date | null;
};

type PartRow<Part> = Part & { order_uid: string };

const text: EntitySchemaColumnOptions = { type: 'text' };
const wholeNumber: EntitySchemaColumnOptions = { type: 'bigint' };
const time: EntitySchemaColumnOptions = { type: 'timestamptz' };
const key = (primaryKeyConstraintName: string): EntitySchemaColumnOptions => ({
  type: 'text',
  primary: true,
  primaryKeyConstraintName,
});

export const OrderEntity = new EntitySchema<OrderRow>({
  name: 'order',
  tableName: 'orders',
  columns: {
    order_uid: key('pk_orders'),
    track_number: text,
    entry: text,
    locale: text,
    internal_signature: text,
    customer_id: text,
    delivery_service: text,
    shardkey: text,
    sm_id: wholeNumber,
    date_created: { type: 'text', comment: 'the text as it came in; created_at is the same moment' },
    oof_shard: text,
    created_at: time,
    status: text,
    version: { type: 'integer' },
    content_hash: { type: 'bytea' },
    totals_match: { type: 'boolean' },
    received_at: time,
    updated_at: time,
    source: {
      type: 'text',
      nullable: true,
      comment: 'topic/partition of the newest event stored, with its offset and time',
    },
    source_offset: { type: 'bigint', nullable: true },
    source_time: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'ix_orders_received_at', columns: ['received_at'] },
    { name: 'ix_orders_created_at', columns: ['created_at'] },
    { name: 'ix_orders_customer_id', columns: ['customer_id', 'received_at'] },
    { name: 'ix_orders_track_number', columns: ['track_number'] },
  ],
});

const DeliveryEntity = new EntitySchema<PartRow<Delivery>>({
  name: 'delivery',
  tableName: 'deliveries',
  columns: {
    order_uid: key('pk_deliveries'),
    name: text,
    phone: text,
    zip: text,
    city: text,
    address: text,
    region: text,
    email: text,
  },
});

const PaymentEntity = new EntitySchema<PartRow<Payment>>({
  name: 'payment',
  tableName: 'payments',
  columns: {
    order_uid: key('pk_payments'),
    transaction: text,
    request_id: text,
    currency: text,
    provider: text,
    amount: wholeNumber,
    payment_dt: wholeNumber,
    bank: text,
    delivery_cost: wholeNumber,
    goods_total: wholeNumber,
    custom_fee: wholeNumber,
  },
});

const ItemEntity = new EntitySchema<PartRow<Item> & { line: number }>({
  name: 'item',
  tableName: 'items',
  columns: {
    order_uid: key('pk_items'),
    line: {
      type: 'smallint',
      primary: true,
      primaryKeyConstraintName: 'pk_items',
      comment: "place in the order's list of items, from 0",
    },
    chrt_id: wholeNumber,
    track_number: text,
    price: wholeNumber,
    rid: text,
    name: text,
    sale: { type: 'smallint' },
    size: text,
    total_price: wholeNumber,
    nm_id: wholeNumber,
    brand: text,
    status: wholeNumber,
  },
});

export const ORDER_ENTITIES: readonly EntitySchema[] = [
  OrderEntity,
  DeliveryEntity,
  PaymentEntity,
  ItemEntity,
];
