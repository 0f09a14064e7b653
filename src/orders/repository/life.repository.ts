import { Injectable } from '@nestjs/common';
import { BatchTable, column, INTEGER, TEXT, TIMESTAMPTZ } from '../../platform/database/batch-table.js';
import type { Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { type HeldOrder, lockOrders } from './held-orders.js';
import {
  HISTORY,
  type HistoryRow,
  insertHistory,
  keepFirstRows,
  NAMED_HISTORY,
} from './order-history.sql.js';
import { READ_ORDERS } from './stored-orders.sql.js';
import type { StoredOrder } from './stored-orders.js';

/** An order whose states have moved, as it is now. */
export interface MovedOrder extends HeldOrder {
  /** Microseconds since the Unix epoch. */
  readonly movedAtUs: number;
}

const MOVED = new BatchTable<MovedOrder>('orders', [
  column('order_uid', TEXT, (order) => order.orderUid),
  column('version', INTEGER, (order) => order.version),
  column('content_version', INTEGER, (order) => order.contentVersion),
  column('life', TEXT, ({ states }) => states.status),
  column('payment_status', TEXT, ({ states }) => states.payment_status),
  column('shipment_status', TEXT, ({ states }) => states.shipment_status),
  column('updated_at', TIMESTAMPTZ, ({ movedAtUs }) => BigInt(movedAtUs)),
]);

const SET = MOVED.columnNames.filter((name) => name !== 'order_uid').map((name) => `${name} = e.${name}`);

/** The orders must be held. All parts of a statement see the rows as they were before it. */
const moveWith = (history: typeof HISTORY): string =>
  prepared(`
  WITH firsts AS (
    ${keepFirstRows('o.content_version IS NULL AND o.order_uid = ANY (ARRAY(SELECT unnest($1::text[])))')}),
  moved AS (
    UPDATE orders o SET ${SET.join(', ')} FROM ${MOVED.unnested('e')} WHERE o.order_uid = e.order_uid)
  ${insertHistory(MOVED.columnNames.length, history)}`);
const MOVE = moveWith(HISTORY);
const MOVE_NAMED = moveWith(NAMED_HISTORY);

/** Moves the states of orders: their rows and their history, always together. */
@Injectable()
export class LifeRepository {
  /** Locks orders until the transaction ends. @returns those that are there, by id */
  lock(tx: Transaction, orderUids: readonly string[]): Promise<Map<string, HeldOrder>> {
    return lockOrders(tx, orderUids);
  }

  /** Canonical JSON of orders by id; within the transaction, so that no second connection is waited for. */
  async contents(tx: Transaction, orderUids: readonly string[]): Promise<Map<string, string>> {
    if (orderUids.length === 0) return new Map();
    const rows: StoredOrder[] = await tx.query(READ_ORDERS, [orderUids]);
    return new Map(rows.map(({ orderUid, text }) => [orderUid, text]));
  }

  /** @param orders that {@link lock} holds, as they are to be. @param versions a row for each version they have got */
  async move(tx: Transaction, orders: readonly MovedOrder[], versions: readonly HistoryRow[]): Promise<void> {
    if (orders.length === 0) return;
    const [statement, history] = versions.some(({ by }) => by !== undefined)
      ? [MOVE_NAMED, NAMED_HISTORY]
      : [MOVE, HISTORY];
    await tx.query(statement, [...MOVED.arraysOf(orders), ...history.arraysOf(versions)]);
  }
}
