import { BatchTable, BIGINT, BOOLEAN, column, JSONB, TEXT } from '../../platform/database/batch-table.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import type { Age, KnownOrder } from '../model/known-order.js';

/** An order as it is to be kept. */
export interface OrderToKeep {
  readonly order: KnownOrder;
  readonly age: Age;
}

const ORDERS = new BatchTable<OrderToKeep>('inventory.known_orders', [
  column('order_uid', TEXT, ({ order }) => order.orderUid),
  column('version', BIGINT, ({ order }) => order.version),
  column('content_version', BIGINT, ({ order }) => order.contentVersion),
  column('status', TEXT, ({ order }) => order.status),
  column('outcome', TEXT, ({ order }) => order.outcome),
  column('missing', JSONB, ({ order: { missing } }) =>
    missing.length > 0 ? JSON.stringify(missing) : undefined,
  ),
  column('number', BIGINT, ({ order }) => order.number),
  column('age', TEXT, ({ age }) => age),
]);
const COLUMNS = ORDERS.columnNames.filter((name) => name !== 'age');

export const ORDER_FIELDS = `order_uid AS "orderUid", version, content_version AS "contentVersion", status, outcome, missing, number`;

/**
 * Holds them until the transaction ends. Orders are locked ahead of stock, and both in an order of their own. It is planned
 * each time, as is all that looks rows up: see `stock.sql.ts`.
 */
export const LOCK_ORDERS = `
  SELECT ${ORDER_FIELDS} FROM inventory.known_orders WHERE order_uid = ANY ($1::text[]) ORDER BY order_uid FOR UPDATE`;

/** Those that have waited longest. Nobody waits for another: who is being changed is old enough the next time. */
export const LOCK_OLD_ORDERS = `
  SELECT ${ORDER_FIELDS} FROM inventory.known_orders
  WHERE reserved_at < now() - make_interval(secs => $1)
  ORDER BY reserved_at LIMIT $2 FOR UPDATE SKIP LOCKED`;

/** @returns those that were not there */
export const INSERT_ORDERS = prepared(`
  INSERT INTO inventory.known_orders (${COLUMNS.join(', ')}, reserved_at)
  SELECT ${COLUMNS.join(', ')}, CASE WHEN age = 'anew' THEN now() END FROM ${ORDERS.unnested('e')}
  ORDER BY order_uid ON CONFLICT (order_uid) DO NOTHING RETURNING order_uid`);

/** Of orders that are locked. */
export const UPDATE_ORDERS = `
  UPDATE inventory.known_orders AS o
  SET ${COLUMNS.filter((name) => name !== 'order_uid')
    .map((name) => `${name} = e.${name}`)
    .join(', ')},
    reserved_at = CASE e.age WHEN 'anew' THEN now() WHEN 'kept' THEN o.reserved_at END
  FROM ${ORDERS.unnested('e')} WHERE o.order_uid = e.order_uid`;

export const arraysOfOrders = (orders: readonly OrderToKeep[]): Buffer[] => ORDERS.arraysOf(orders);

export interface Reservation {
  readonly orderUid: string;
  readonly contentVersion: number;
  readonly chrtId: number;
  readonly quantity: number;
  readonly taken: boolean;
}

const RESERVATIONS = new BatchTable<Reservation>('inventory.reservations', [
  column('order_uid', TEXT, (reservation) => reservation.orderUid),
  column('content_version', BIGINT, (reservation) => reservation.contentVersion),
  column('chrt_id', BIGINT, (reservation) => reservation.chrtId),
  column('quantity', BIGINT, (reservation) => reservation.quantity),
  column('taken', BOOLEAN, (reservation) => reservation.taken),
]);
const RESERVATION_COLUMNS = RESERVATIONS.columnNames.join(', ');

/** Of orders that are locked, by `chrt_id`. */
export const RESERVATIONS_OF = `
  SELECT order_uid AS "orderUid", content_version AS "contentVersion", chrt_id AS "chrtId", quantity, taken
  FROM inventory.reservations WHERE order_uid = ANY ($1::text[]) ORDER BY order_uid, chrt_id`;

export const DELETE_RESERVATIONS = `
  DELETE FROM inventory.reservations WHERE order_uid = ANY ($1::text[])`;
export const INSERT_RESERVATIONS = prepared(`
  INSERT INTO inventory.reservations (${RESERVATION_COLUMNS})
  SELECT ${RESERVATION_COLUMNS} FROM ${RESERVATIONS.unnested('e')} ORDER BY e.place`);
/** The pieces of orders have left the house. */
export const TAKE_RESERVATIONS = `
  UPDATE inventory.reservations SET taken = true WHERE order_uid = ANY ($1::text[])`;

export const arraysOfReservations = (reservations: readonly Reservation[]): Buffer[] =>
  RESERVATIONS.arraysOf(reservations);
