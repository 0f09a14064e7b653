import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { isDeliveredAgain, type StoredPosition } from '../../platform/messaging/source-position.js';
import { type OrderChange, ORDERS, partArrays } from './order-tables.js';
import type { OrderRevision, OrderToStore } from './order-to-store.js';
import { momentText } from './order-time.js';
import { DELETE_PARTS, INSERT_NEW_ORDERS, INSERT_PARTS, LOCK_ORDERS, REPLACE_ORDERS } from './order.sql.js';

/**
 * - `stored`: it was not there before
 * - `updated`: it replaced other content, and the version is one higher
 * - `unchanged`: the same content was there
 * - `stale`: a later event of the same stream has been stored already; this one was delivered again
 * - `mismatched`: it may not replace what is there, or nothing is there
 */
export type StoreOutcome = 'stored' | 'updated' | 'unchanged' | 'stale' | 'mismatched';

export interface StoreResult {
  readonly outcome: StoreOutcome;
  /** The version that the order has now; 0 when there is no such order. */
  readonly version: number;
  /** Of the order that is there now: when its first version came, RFC 3339 in UTC to the microsecond. */
  readonly receivedAt?: string;
  /** Of `mismatched` only: what is there, if anything is. */
  readonly held?: OrderRevision;
}

export interface StoredOrder extends OrderRevision {
  readonly orderUid: string;
  /** When the first version came, RFC 3339 in UTC to the microsecond. */
  readonly receivedAt: string;
  /** Canonical JSON. */
  readonly text: string;
}

interface HeldOrder extends StoredPosition {
  order_uid: string;
  version: number;
  content_hash: string;
  received_at: string;
}

const NOTHING_TO_REPLACE: StoreResult = { outcome: 'mismatched', version: 0 };

const uidOf = (toStore: OrderToStore): string => toStore.content.order.order_uid;

/** Writes orders to PostgreSQL: the four tables, always together. */
@Injectable()
export class OrderRepository {
  /**
   * Stores a batch within a transaction. An order that stands in it several times is taken in the batch's own
   * order, so that each change gets its version. All that is new is inserted before any row is locked, so that two
   * batches wait for each other instead of deadlocking.
   *
   * @returns one result for each order, in the batch's order
   */
  async store(tx: Transaction, batch: readonly OrderToStore[]): Promise<StoreResult[]> {
    const results = new Map<OrderToStore, StoreResult>();
    const firsts = firstsToInsert(batch);
    if (firsts.length > 0) await this.insertNew(tx, firsts, results);
    for (const round of inRounds(leftToReplace(batch, results))) {
      await this.replaceChanged(tx, round, results);
    }
    return batch.map((toStore) => results.get(toStore)!);
  }

  private async insertNew(
    tx: Transaction,
    firsts: readonly OrderToStore[],
    results: Map<OrderToStore, StoreResult>,
  ): Promise<void> {
    const version = 1;
    const changes = firsts.map((toStore) => ({ toStore, version, status: 'received' as const }));
    const arrays = [...ORDERS.arraysOf(changes), ...partArrays(changes)];
    const inserted: { order_uid: string }[] = await tx.query(INSERT_NEW_ORDERS, arrays);
    const insertedUids = new Set(inserted.map((row) => row.order_uid));
    for (const toStore of firsts) {
      if (insertedUids.has(uidOf(toStore))) {
        results.set(toStore, { outcome: 'stored', version, receivedAt: momentText(toStore.receivedAtUs) });
      }
    }
  }

  private async replaceChanged(
    tx: Transaction,
    round: readonly OrderToStore[],
    results: Map<OrderToStore, StoreResult>,
  ): Promise<void> {
    const rows: HeldOrder[] = await tx.query(LOCK_ORDERS, [round.map(uidOf)]);
    const heldByUid = new Map(rows.map((row) => [row.order_uid, row]));
    const changes: OrderChange[] = [];
    for (const toStore of round) {
      const result = resultOf(toStore, heldByUid.get(uidOf(toStore)));
      results.set(toStore, result);
      if (result.outcome !== 'updated') continue;
      changes.push({ toStore, version: result.version, status: 'updated' });
    }
    if (changes.length === 0) return;
    await tx.query(REPLACE_ORDERS, ORDERS.arraysOf(changes));
    await tx.query(DELETE_PARTS, [changes.map(({ toStore }) => uidOf(toStore))]);
    await tx.query(INSERT_PARTS, partArrays(changes));
  }
}

/** The first occurrence of each order, but for those that may only replace. */
function firstsToInsert(batch: readonly OrderToStore[]): OrderToStore[] {
  const firsts = new Map<string, OrderToStore>();
  for (const toStore of batch) {
    if (toStore.mayReplace === undefined && !firsts.has(uidOf(toStore))) firsts.set(uidOf(toStore), toStore);
  }
  return [...firsts.values()];
}

/** The orders that the insert has not settled. A conditional update ahead of the insert fails. */
function leftToReplace(
  batch: readonly OrderToStore[],
  results: Map<OrderToStore, StoreResult>,
): OrderToStore[] {
  const stillAbsent = new Set(Array.from(results.keys(), uidOf));
  const left: OrderToStore[] = [];
  for (const toStore of batch) {
    if (results.has(toStore)) stillAbsent.delete(uidOf(toStore));
    else if (stillAbsent.has(uidOf(toStore))) results.set(toStore, NOTHING_TO_REPLACE);
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

/** @param held undefined only for an order that may not be stored anew */
function resultOf(toStore: OrderToStore, held: HeldOrder | undefined): StoreResult {
  if (held === undefined) return NOTHING_TO_REPLACE;
  const { version, content_hash: hash, received_at: receivedAt } = held;
  if (toStore.mayReplace?.({ version, hash }) === false) {
    return { outcome: 'mismatched', version, receivedAt, held: { version, hash } };
  }
  if (toStore.content.hash === hash) return { outcome: 'unchanged', version, receivedAt };
  if (isDeliveredAgain(toStore.source, held)) return { outcome: 'stale', version, receivedAt };
  return { outcome: 'updated', version: version + 1, receivedAt };
}
