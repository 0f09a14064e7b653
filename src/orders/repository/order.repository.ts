import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { isDeliveredAgain } from '../../platform/messaging/source-position.js';
import { etagOf, isAmong } from '../model/order-etag.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import { mayBeReplaced } from '../model/order-states.js';
import { OrdersSettings } from '../orders.settings.js';
import { etagOfHeld, type HeldOrder, lockOrders } from './held-orders.js';
import { searchArrays } from './order-search-table.js';
import { HISTORY, type HistoryRow, INSERT_CONTENT_HISTORY } from './order-history.sql.js';
import { type OrderVersion, ORDERS, partArrays } from './order-tables.js';
import type { OrderToStore } from './order-to-store.js';
import { momentText } from './order-time.js';
import { DELETE_PARTS, INSERT_NEW_ORDERS, INSERT_PARTS, REPLACE_ORDERS } from './order.sql.js';

const FIRST_VERSION = 1;

const uidOf = (toStore: OrderToStore): string => toStore.order.order_uid;

/** Writes orders to PostgreSQL: the four tables, and what orders are searched by, always together. */
@Injectable()
export class OrderRepository {
  private readonly search: OrdersSettings['SEARCH'];

  constructor({ SEARCH }: OrdersSettings = new OrdersSettings()) {
    this.search = SEARCH;
  }

  /**
   * Stores a batch within a transaction. An order that stands in it several times is taken in the batch's own
   * order, so that each change gets its version. All that is new is inserted before any row is locked, so that two
   * batches wait for each other instead of deadlocking.
   *
   * @returns one receipt for each order, in the batch's order
   */
  async store(tx: Transaction, batch: readonly OrderToStore[]): Promise<OrderReceipt[]> {
    const receipts = new Map<OrderToStore, OrderReceipt>();
    const firsts = firstsToInsert(batch);
    if (firsts.length > 0) await this.insertNew(tx, firsts, receipts);
    for (const round of inRounds(leftToReplace(batch, receipts))) {
      await this.replaceChanged(tx, round, receipts);
    }
    return batch.map((toStore) => receipts.get(toStore)!);
  }

  private async insertNew(
    tx: Transaction,
    firsts: readonly OrderToStore[],
    receipts: Map<OrderToStore, OrderReceipt>,
  ): Promise<void> {
    const changes = firsts.map((toStore) => ({ toStore, version: FIRST_VERSION }));
    const arrays = [...ORDERS.arraysOf(changes), ...partArrays(changes), ...this.searchArrays(changes)];
    const inserted: { order_uid: string }[] = await tx.query(INSERT_NEW_ORDERS[this.search], arrays);
    const insertedUids = new Set(inserted.map((row) => row.order_uid));
    for (const toStore of firsts) {
      if (insertedUids.has(uidOf(toStore))) {
        receipts.set(toStore, receiptOfStored(toStore));
      }
    }
  }

  private async replaceChanged(
    tx: Transaction,
    round: readonly OrderToStore[],
    receipts: Map<OrderToStore, OrderReceipt>,
  ): Promise<void> {
    const heldByUid = await lockOrders(tx, round.map(uidOf));
    const changes: OrderVersion[] = [];
    for (const toStore of round) {
      const receipt = receiptOf(toStore, heldByUid.get(uidOf(toStore)));
      receipts.set(toStore, receipt);
      if (receipt.outcome !== 'updated') continue;
      changes.push({ toStore, version: receipt.version });
    }
    if (changes.length === 0) return;
    const orderUids = changes.map(({ toStore }) => uidOf(toStore));
    await tx.query(INSERT_CONTENT_HISTORY, [orderUids, ...HISTORY.arraysOf(changes.map(historyOf))]);
    await tx.query(REPLACE_ORDERS, ORDERS.arraysOf(changes));
    await tx.query(DELETE_PARTS, [orderUids]);
    await tx.query(INSERT_PARTS[this.search], [...partArrays(changes), ...this.searchArrays(changes)]);
  }

  private searchArrays(changes: readonly OrderVersion[]): Buffer[] {
    return this.search === 'on' ? searchArrays(changes) : [];
  }
}

function historyOf({ toStore, version }: OrderVersion): HistoryRow {
  const { source, receivedAtUs: atUs } = toStore;
  return { orderUid: uidOf(toStore), version, change: 'content', atUs, source: source ? 'orders' : 'api' };
}

/** The first occurrence of each order, but for those that may only replace. */
function firstsToInsert(batch: readonly OrderToStore[]): OrderToStore[] {
  const firsts = new Map<string, OrderToStore>();
  for (const toStore of batch) {
    if (toStore.ifMatch === undefined && !firsts.has(uidOf(toStore))) firsts.set(uidOf(toStore), toStore);
  }
  return [...firsts.values()];
}

/** The orders that the insert has not settled. A conditional update ahead of the insert fails. */
function leftToReplace(
  batch: readonly OrderToStore[],
  receipts: Map<OrderToStore, OrderReceipt>,
): OrderToStore[] {
  const stillAbsent = new Set(Array.from(receipts.keys(), uidOf));
  const left: OrderToStore[] = [];
  for (const toStore of batch) {
    if (receipts.has(toStore)) stillAbsent.delete(uidOf(toStore));
    else if (stillAbsent.has(uidOf(toStore))) receipts.set(toStore, nothingToReplace(uidOf(toStore)));
    else left.push(toStore);
  }
  return left;
}

/** The first occurrences of each order, then the second ones, and so on. */
function inRounds(batch: readonly OrderToStore[]): OrderToStore[][] {
  const rounds: OrderToStore[][] = [];
  const seen = new Map<string, number>();
  for (const toStore of batch) {
    const round = seen.get(uidOf(toStore)) ?? 0;
    seen.set(uidOf(toStore), round + 1);
    (rounds[round] ??= []).push(toStore);
  }
  return rounds;
}

function receiptOfStored({ order, hash, receivedAtUs }: OrderToStore): OrderReceipt {
  return {
    orderUid: order.order_uid,
    outcome: 'stored',
    version: FIRST_VERSION,
    receivedAt: momentText(receivedAtUs),
    etag: etagOf(FIRST_VERSION, hash),
  };
}

/** @param held undefined only for an order that may not be stored anew */
function receiptOf(toStore: OrderToStore, held: HeldOrder | undefined): OrderReceipt {
  const { order, source, ifMatch } = toStore;
  const orderUid = order.order_uid;
  if (held === undefined) return nothingToReplace(orderUid);
  const { version, receivedAt, states } = held;
  const etag = etagOfHeld(held);
  if (ifMatch !== undefined && !isAmong(etag, ifMatch)) {
    return { orderUid, outcome: 'mismatched', version, receivedAt, etag };
  }
  if (toStore.hash === held.hash) return { orderUid, outcome: 'unchanged', version, receivedAt, etag };
  if (isDeliveredAgain(source, held.position)) return { orderUid, outcome: 'stale', version, receivedAt };
  if (!mayBeReplaced(states)) return { orderUid, outcome: 'conflicting', version, receivedAt, etag, states };
  const updated = version + 1;
  const newETag = etagOf(updated, toStore.hash, states);
  return { orderUid, outcome: 'updated', version: updated, receivedAt, etag: newETag, states };
}

function nothingToReplace(orderUid: string): OrderReceipt {
  return { orderUid, outcome: 'mismatched', version: 0 };
}
