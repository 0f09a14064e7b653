import { ORDERS } from './order-tables.js';

/** The statements of the hot paths. TypeORM would send one INSERT per table and row. */

const COLUMNS = ORDERS.columnNames.join(', ');

/**
 * Stores the orders that are not there yet, without their parts, and returns their ids. Those that are there are left
 * alone. Sorted by id, so that two batches that share orders wait for each other instead of deadlocking.
 */
export const INSERT_NEW_ORDERS = `
  INSERT INTO orders (${COLUMNS})
  SELECT ${COLUMNS} FROM ${ORDERS.unnested('incoming')}
  ORDER BY order_uid
  ON CONFLICT (order_uid) DO NOTHING
  RETURNING order_uid`;

/** What is known of the orders that were there already. Holds them, so that no one changes them meanwhile. */
export const LOCK_ORDERS = `
  SELECT order_uid, version, encode(content_hash, 'hex') AS content_hash, source, source_offset::float8 AS source_offset,
         (extract(epoch FROM source_time) * 1000)::float8 AS source_time_ms
  FROM orders
  WHERE order_uid = ANY ($1)
  ORDER BY order_uid
  FOR UPDATE`;

/** What an order keeps when it is replaced: `received_at` is when the first version of it came. */
const KEPT = ['order_uid', 'received_at'];
/** An order that came over HTTP leaves the position of the newest event as it is. */
const POSITION = ['source', 'source_offset', 'source_time'];

const REPLACED = [
  ...ORDERS.columnNames
    .filter((name) => !KEPT.includes(name) && !POSITION.includes(name))
    .map((name) => `${name} = e.${name}`),
  ...POSITION.map((name) => `${name} = CASE WHEN e.source IS NULL THEN o.${name} ELSE e.${name} END`),
];

/** Replaces orders, but not their parts. The rows must be held by {@link LOCK_ORDERS} of the same transaction. */
export const REPLACE_ORDERS = `
  UPDATE orders o
  SET ${REPLACED.join(', ')}
  FROM ${ORDERS.unnested('e')}
  WHERE o.order_uid = e.order_uid`;

/**
 * Deletes the parts of orders, for new ones to be written. The orders must be held by {@link LOCK_ORDERS} of the same
 * transaction: only a statement that begins after the lock sees every item that the last writer left.
 */
export const DELETE_PARTS = `
  WITH old_deliveries AS (DELETE FROM deliveries WHERE order_uid = ANY ($1)),
       old_payments AS (DELETE FROM payments WHERE order_uid = ANY ($1))
  DELETE FROM items WHERE order_uid = ANY ($1)`;
