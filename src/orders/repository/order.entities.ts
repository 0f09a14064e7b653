import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { Delivery } from '../model/delivery.js';
import type { Item } from '../model/item.js';
import type { Order } from '../model/order.js';
import type { Owner } from '../model/announcement.js';
import type { OrderStatus } from '../model/order-life.js';
import type { OrderChangeName, PaymentStatus, ShipmentStatus } from '../model/order-states.js';
import type { Payment } from '../model/payment.js';
import { OrderSearchEntity, OrderSearchFillEntity } from './order-search.entities.js';
import { WAITING_ENTITIES } from './waiting.entities.js';

/** The order's own fields, and what Waybill knows of it besides. */
export type OrderRow = Omit<Order, 'delivery' | 'payment' | 'items'> & {
  /** The moment that `date_created` tells. */
  created_at: Date;
  /** What the code before orders had a life makes of the version. */
  status: 'received' | 'updated';
  version: number;
  content_hash: Buffer;
  totals_match: boolean;
  received_at: Date;
  updated_at: Date;
  source: string | null;
  source_offset: number | null;
  source_time: Date | null;
  /** The order's status; `status` is what the code of before writes. */
  life: OrderStatus;
  payment_status: PaymentStatus;
  shipment_status: ShipmentStatus;
  /** The version at which it got the content that it has; null stands for `version`. */
  content_version: number | null;
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
    status: {
      type: 'text',
      comment: 'what the code before orders had a life makes of the version; life has the status',
    },
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
    life: { type: 'text', default: 'received' },
    payment_status: { type: 'text', default: 'unpaid' },
    shipment_status: { type: 'text', default: 'none' },
    content_version: {
      type: 'integer',
      nullable: true,
      default: 1,
      comment: 'the version at which the order got the content that it has; null stands for version',
    },
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

/** A version of an order, but for the first one, which the order itself tells until its content changes. */
interface HistoryRow {
  order_uid: string;
  version: number;
  change: OrderChangeName;
  previous: string | null;
  current: string | null;
  at: Date;
  source: string;
  reason: string | null;
  cause: string | null;
  made_by: string | null;
}

const nullableText: EntitySchemaColumnOptions = { type: 'text', nullable: true };

const OrderHistoryEntity = new EntitySchema<HistoryRow>({
  name: 'order_history',
  tableName: 'order_history',
  columns: {
    order_uid: key('pk_order_history'),
    version: {
      type: 'integer',
      primary: true,
      primaryKeyConstraintName: 'pk_order_history',
      comment: 'the first of an order is told by its own row until its content changes',
    },
    change: text,
    previous: nullableText,
    current: nullableText,
    at: time,
    source: text,
    reason: nullableText,
    cause: nullableText,
    made_by: { ...nullableText, comment: 'who has asked for it, as they call themselves' },
  },
});

/** The last that an owner of a state has announced of an order. */
interface AnnouncementRow {
  order_uid: string;
  owner: Owner;
  number: number;
  content_version: number;
  told: object;
  at: Date;
  waiting: boolean;
  /** When the first of the parcels that are under way is expected. */
  promised_at: Date | null;
}

const OrderAnnouncementEntity = new EntitySchema<AnnouncementRow>({
  name: 'order_announcement',
  tableName: 'order_announcements',
  columns: {
    order_uid: key('pk_order_announcements'),
    owner: key('pk_order_announcements'),
    number: wholeNumber,
    content_version: { type: 'integer' },
    told: { type: 'jsonb' },
    at: time,
    waiting: { type: 'boolean', comment: 'it was announced before its order was there' },
    promised_at: {
      type: 'timestamptz',
      nullable: true,
      comment: 'when the first of the parcels that are under way is expected; null where none is',
    },
  },
  indices: [
    { name: 'ix_order_announcements_waiting', columns: ['order_uid'], where: 'waiting' },
    {
      name: 'ix_order_announcements_promised',
      columns: ['promised_at'],
      where: '(promised_at IS NOT NULL)',
    },
  ],
});

/** What support has noted of an order, whatever content the order has. */
interface OrderNoteRow {
  order_uid: string;
  /** Its place among those of the order, from 1. */
  number: number;
  text: string;
  author: string;
  created_at: Date;
}

const OrderNoteEntity = new EntitySchema<OrderNoteRow>({
  name: 'order_note',
  tableName: 'orders_notes',
  columns: {
    order_uid: key('pk_orders_notes'),
    number: { type: 'integer', primary: true, primaryKeyConstraintName: 'pk_orders_notes' },
    text,
    author: text,
    created_at: { type: 'timestamptz', default: () => 'now()' },
  },
});

export const ORDER_ENTITIES: readonly EntitySchema[] = [
  OrderEntity,
  DeliveryEntity,
  PaymentEntity,
  ItemEntity,
  OrderHistoryEntity,
  OrderAnnouncementEntity,
  OrderSearchEntity,
  OrderSearchFillEntity,
  OrderNoteEntity,
  ...WAITING_ENTITIES,
];
