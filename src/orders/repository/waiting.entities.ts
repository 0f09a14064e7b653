import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { type OrderWalkRow, walkColumns } from './order-walk.entities.js';
import type { LifeWait } from '../model/waiting.js';

const orderUid = (primaryKeyConstraintName: string): EntitySchemaColumnOptions => ({
  type: 'text',
  primary: true,
  primaryKeyConstraintName,
});

/** What an order under way waits for. Triggers of `orders` keep it. */
interface OrderUnderWayRow {
  order_uid: string;
  wait: LifeWait;
  since: Date;
}

const OrderUnderWayEntity = new EntitySchema<OrderUnderWayRow>({
  name: 'order_under_way',
  tableName: 'orders_under_way',
  columns: {
    order_uid: orderUid('pk_orders_under_way'),
    wait: { type: 'text', comment: 'for what its life has next' },
    since: { type: 'timestamptz' },
  },
  indices: [{ name: 'ix_orders_under_way_since', columns: ['wait', 'since'] }],
});

/** The orders whose payment is disputed, which are few of all. Triggers of `orders` keep it. */
const OrderDisputedEntity = new EntitySchema<{ order_uid: string }>({
  name: 'order_disputed',
  tableName: 'orders_disputed',
  columns: { order_uid: orderUid('pk_orders_disputed') },
});

/** How far the orders of before have been looked through for both, and for promises. */
const OrderWaitsFillEntity = new EntitySchema<OrderWalkRow>({
  name: 'order_waits_fill',
  tableName: 'order_waits_fill',
  columns: walkColumns('pk_order_waits_fill'),
});

export const WAITING_ENTITIES: readonly EntitySchema[] = [
  OrderUnderWayEntity,
  OrderDisputedEntity,
  OrderWaitsFillEntity,
];
