import { Injectable } from '@nestjs/common';
import {
  BatchTable,
  BIGINT,
  BOOLEAN,
  type Column,
  column,
  INTEGER,
  JSONB,
  TEXT,
} from '../../platform/database/batch-table.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import type { KnownOrder } from '../model/known-order.js';
import type { ListedPayments, OrderPayments } from '../model/order-payments.js';
import type { Dues, PaymentState } from '../model/payment-state.js';
import { FIELDS, orderPaymentsOf, type ReadBalanceRow } from './order-payments.rows.js';

/** Rows are made and locked in the order of their keys, by everybody, so that no two transactions wait for each other. */
const MAKE_MISSING = prepared(`
  INSERT INTO payments.balances (order_uid)
  SELECT DISTINCT order_uid FROM unnest($1::text[]) AS asked(order_uid) ORDER BY order_uid
  ON CONFLICT ON CONSTRAINT pk_balances DO NOTHING`);
const LOCK = prepared(`
  SELECT ${FIELDS} FROM payments.balances AS b WHERE b.order_uid = ANY ($1::text[])
  ORDER BY b.order_uid FOR NO KEY UPDATE`);
const READ = prepared(`SELECT ${FIELDS} FROM payments.balances AS b WHERE b.order_uid = ANY ($1::text[])`);

const READ_ORDERS = prepared(`
  SELECT order_uid, order_version AS version, content_version AS "contentVersion", order_status AS status, amount, currency
  FROM payments.balances WHERE order_uid = ANY ($1::text[]) AND order_version IS NOT NULL`);

const isAnyDue = (state: PaymentState, due: keyof Dues): boolean =>
  state[due] > 0 || state.other_balances.some((other) => other[due] > 0);

const COLUMNS: readonly Column<OrderPayments>[] = [
  column('order_uid', TEXT, (row) => row.order_uid),
  column('number', INTEGER, (row) => row.number),
  column('order_version', INTEGER, ({ order }) => order?.version),
  column('content_version', INTEGER, ({ order }) => order?.contentVersion ?? 0),
  column('order_status', TEXT, ({ order }) => order?.status),
  column('amount', BIGINT, ({ order }) => order?.amount),
  column('currency', TEXT, ({ state }) => state.balance.currency),
  column('payment_status', TEXT, ({ state }) => state.payment_status),
  column('authorized', BIGINT, ({ state }) => state.balance.authorized),
  column('captured', BIGINT, ({ state }) => state.balance.captured),
  column('refunded', BIGINT, ({ state }) => state.balance.refunded),
  column('charged_back', BIGINT, ({ state }) => state.balance.charged_back),
  column('disputed', BIGINT, ({ state }) => state.balance.disputed),
  column('net', BIGINT, ({ state }) => state.balance.net),
  column('refund_due', BIGINT, ({ state }) => state.refund_due),
  column('void_due', BIGINT, ({ state }) => state.void_due),
  column('other_balances', JSONB, ({ state }) => JSON.stringify(state.other_balances)),
  column('is_refund_due', BOOLEAN, ({ state }) => isAnyDue(state, 'refund_due')),
  column('is_void_due', BOOLEAN, ({ state }) => isAnyDue(state, 'void_due')),
];
const BALANCES = new BatchTable<OrderPayments>('payments.balances', COLUMNS);
const SAVE = prepared(`
  UPDATE payments.balances AS b
  SET ${BALANCES.columnNames.map((name) => `${name} = e.${name}`).join(', ')}, changed_at = now()
  FROM ${BALANCES.unnested('e')}
  WHERE b.order_uid = e.order_uid`);

/** Nobody else has seen such a row: whoever commits one has added to its ledger, or knows its order. */
const FORGET_EMPTY = `
  DELETE FROM payments.balances AS b
  WHERE b.order_uid = ANY ($1::text[]) AND b.order_version IS NULL
    AND NOT EXISTS (SELECT FROM payments.ledger AS l WHERE l.order_uid = b.order_uid)`;

/** What is kept of orders beside their ledgers. */
@Injectable()
export class BalanceRepository {
  constructor(private readonly database: Database) {}

  /**
   * Locks what is kept of orders until the transaction ends, and makes it where there is nothing. Whoever adds to an order's
   * ledger, or weighs it, does this first: so its events have one serial order, whichever processes they come to.
   *
   * @returns by order_uid
   */
  async lock(tx: Transaction, orderUids: readonly string[]): Promise<Map<string, ListedPayments>> {
    await tx.query(MAKE_MISSING, [orderUids]);
    return byUid(await tx.query(LOCK, [orderUids]));
  }

  /** What is kept of those that were heard of, by order_uid. */
  async read(orderUids: readonly string[]): Promise<Map<string, ListedPayments>> {
    return byUid(await this.database.source.query(READ, [orderUids]));
  }

  /** What is known of those orders that are known at all, by order_uid. */
  async knownOrders(orderUids: readonly string[]): Promise<Map<string, KnownOrder>> {
    const rows: (Omit<KnownOrder, 'status'> & { order_uid: string; status: string | null })[] =
      await this.database.source.query(READ_ORDERS, [orderUids]);
    return new Map(
      rows.map(({ order_uid, status, ...order }) => [order_uid, { ...order, status: status ?? undefined }]),
    );
  }

  /** Of orders that are locked. */
  async save(tx: Transaction, changed: readonly OrderPayments[]): Promise<void> {
    if (changed.length > 0) await tx.query(SAVE, BALANCES.arraysOf(changed));
  }

  /** Takes back what {@link lock} has made of orders that nothing has come of after all. */
  async forgetEmpty(tx: Transaction, orderUids: readonly string[]): Promise<void> {
    await tx.query(FORGET_EMPTY, [orderUids]);
  }
}

const byUid = (rows: readonly ReadBalanceRow[]): Map<string, ListedPayments> =>
  new Map(rows.map((row) => [row.order_uid, orderPaymentsOf(row)]));
