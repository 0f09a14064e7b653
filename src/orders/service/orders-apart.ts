import { isLockTimeout } from '../../platform/database/lock-timeout.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import type { WaitingOrder } from './waiting-orders.js';

/** Few, since each holds a connection while it waits for a lock. */
const MAX_AT_ONCE = 2;
/** How long an order that was locked is kept out of batches, which it would hold up. */
const REMEMBERED_MS = 10_000;
/** How long it is not even tried: a flood of requests for it must not take the turns of others. */
const NOT_TRIED_MS = 1_000;
/** So many orders in a row that were not known to be locked, and none that was not: the table itself is. */
const TABLE_LOCKED_AFTER = 4;

const uidOf = ({ incoming }: WaitingOrder): string => incoming.order.order_uid;

/**
 * Orders that are written one by one beside the batches, because somebody else has locked what one of their batch needs:
 * PostgreSQL does not tell which. Those that are not locked are written; the others are given up, and their orders
 * remembered, so that the next one does not hold up a batch.
 */
export class OrdersApart {
  private queue: WaitingOrder[] = [];
  private atOnce = 0;
  private lockedInARow = 0;
  private readonly lockedAtMs = new Map<string, number>();

  /**
   * @param write writes one order; throws what the database says
   * @param settled hears of each order that is written or given up
   */
  constructor(
    private readonly write: (order: WaitingOrder) => Promise<void>,
    private readonly settled: (order: WaitingOrder) => void,
  ) {}

  /** Whether an order of this id was locked a moment ago. */
  wasLocked(order: WaitingOrder): boolean {
    return this.wasLockedWithin(REMEMBERED_MS, order);
  }

  /** An order could not be written since somebody else holds what it needs. */
  remember(order: WaitingOrder): void {
    const now = performance.now();
    for (const [uid, atMs] of this.lockedAtMs) {
      if (now - atMs < REMEMBERED_MS) break;
      this.lockedAtMs.delete(uid);
    }
    if (!this.lockedAtMs.has(uidOf(order))) this.lockedInARow++;
    this.lockedAtMs.delete(uidOf(order));
    this.lockedAtMs.set(uidOf(order), now);
  }

  /** Orders were written, so the table is not locked. */
  tableIsFree(): void {
    this.lockedInARow = 0;
  }

  add(orders: readonly WaitingOrder[]): void {
    this.queue.push(...orders);
    while (this.atOnce < Math.min(MAX_AT_ONCE, this.queue.length)) void this.writeAll();
  }

  private async writeAll(): Promise<void> {
    this.atOnce++;
    for (let order = this.queue.shift(); order !== undefined; order = this.queue.shift()) {
      await this.writeOne(order);
    }
    this.atOnce--;
  }

  private async writeOne(order: WaitingOrder): Promise<void> {
    try {
      if (this.wasLockedWithin(NOT_TRIED_MS, order))
        throw new TooBusyError('somebody else has locked the order');
      await this.write(order);
      this.tableIsFree();
    } catch (error) {
      order.reject(error as Error);
      if (isLockTimeout(error)) this.lockTimedOut(order, error as Error);
    }
    this.settled(order);
  }

  private lockTimedOut(order: WaitingOrder, error: Error): void {
    this.remember(order);
    if (this.lockedInARow < TABLE_LOCKED_AFTER) return;
    for (const waiting of this.queue.splice(0)) {
      waiting.reject(error);
      this.settled(waiting);
    }
  }

  private wasLockedWithin(limitMs: number, order: WaitingOrder): boolean {
    const atMs = this.lockedAtMs.get(uidOf(order));
    return atMs !== undefined && performance.now() - atMs < limitMs;
  }
}
