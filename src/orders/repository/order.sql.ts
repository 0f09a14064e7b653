import type { BatchTable } from '../../platform/database/batch-table.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { momentTextOf } from './order-time.js';
import { replaceTerms, storeTerms } from './order-search.sql.js';
import { DELIVERIES, ITEMS, ORDERS, PAYMENTS } from './order-tables.js';

/** The statements that write. TypeORM would send one INSERT per table and row. */

/** An INSERT of a batch whose arrays are the parameters after the first `parametersBefore`. */
function insertOf<Row>(table: BatchTable<Row>, parametersBefore: number, rest: string): string {
  const columns = table.columnNames.join(', ');
  return `
    INSERT INTO ${table.name} (${columns})
    SELECT ${columns} FROM ${table.unnested('e', parametersBefore)}
    ${rest}`;
}

const PART_COLUMNS = [DELIVERIES, PAYMENTS, ITEMS].flatMap(({ columnNames }) => columnNames).length;

/** INSERTs of the parts of orders, as the CTEs of a statement; see {@link partArrays}. */
function insertsOfParts(parametersBefore: number, condition = ''): string {
  const payments = parametersBefore + DELIVERIES.columnNames.length;
  const items = payments + PAYMENTS.columnNames.length;
  return `
    stored_deliveries AS (${insertOf(DELIVERIES, parametersBefore, condition)}),
    stored_payments AS (${insertOf(PAYMENTS, payments, condition)}),
    stored_items AS (${insertOf(ITEMS, items, condition)})`;
}

const STORED = 'WHERE order_uid IN (SELECT order_uid FROM stored)';

const insertNewOrders = (alsoStored = ''): string =>
  prepared(`
  WITH stored AS (${insertOf(ORDERS, 0, 'ORDER BY order_uid ON CONFLICT (order_uid) DO NOTHING RETURNING order_uid')}),
  ${insertsOfParts(ORDERS.columnNames.length, STORED)}${alsoStored}
  SELECT order_uid FROM stored`);

/**
 * Stores the orders that are not there yet, whole, and returns their ids; by whether orders are searched. Those that are
 * there are left alone. Sorted by id, so that two batches that share orders wait for each other instead of deadlocking.
 */
export const INSERT_NEW_ORDERS = {
  on: insertNewOrders(`, stored_terms AS (${storeTerms(ORDERS.columnNames.length + PART_COLUMNS, STORED)})`),
  off: insertNewOrders(),
};

/** What is known of the orders that were there already. Holds them, so that no one changes them meanwhile. */
export const LOCK_ORDERS = `
  SELECT order_uid, version, content_version, encode(content_hash, 'hex') AS content_hash, totals_match,
         life, payment_status, shipment_status, source, source_offset,
         (extract(epoch FROM source_time) * 1000000)::bigint::text AS source_time_us,
         ${momentTextOf('received_at')} AS received_at
  FROM orders
  WHERE order_uid = ANY ($1)
  ORDER BY order_uid
  FOR UPDATE`;

/** Columns that a replacement keeps: `received_at` is when the first version was received. */
const KEPT = ['order_uid', 'received_at'];
/** An order that came over HTTP leaves the position of the newest event as it is. */
const POSITION = ['source', 'source_offset', 'source_time'];

const REPLACED = [
  ...ORDERS.columnNames
    .filter((name) => !KEPT.includes(name) && !POSITION.includes(name))
    .map((name) => `${name} = e.${name}`),
  ...POSITION.map((name) => `${name} = CASE WHEN e.source IS NULL THEN o.${name} ELSE e.${name} END`),
  'content_version = e.version',
];

/** Replaces orders, but neither their parts nor their states. The rows must be held by {@link LOCK_ORDERS} of the same transaction. */
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

/** Inserts the parts of orders that have none; by whether orders are searched. */
export const INSERT_PARTS = {
  on: `WITH ${insertsOfParts(0)}, stored_terms AS (${replaceTerms(PART_COLUMNS)}) SELECT`,
  off: `WITH ${insertsOfParts(0)} SELECT`,
};
