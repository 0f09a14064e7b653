import { TooBusyError } from '../../platform/http/too-busy.error.js';
import type { IncomingOrder, OrderReceipt } from './incoming-order.js';

const MIB = 1_048_576;
const MAX_WAITING_ORDERS = 5_000;
/** Of the bodies that the orders came in; what stands for them in memory is a small multiple of that. */
const MAX_HELD_BYTES = 16 * MIB;
const MAX_BATCH_ORDERS = 500;
/** A batch becomes one parameter of a statement. */
const MAX_BATCH_BYTES = 4 * MIB;
const MAX_WAIT_MS = 10_000;

/** An order whose sender waits for the answer. */
export interface WaitingOrder {
  readonly incoming: IncomingOrder;
  /** Length of the body that it came in. */
  readonly bytes: number;
  readonly resolve: (receipt: OrderReceipt) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Orders whose turn to be written has not come, first come first. How many they are, how much memory they take together
 * with those that are being written, and how long each may wait is bounded: a database that hangs, or that is slower
 * than the senders, costs them a 503 and the process no memory.
 */
export class WaitingOrders {
  private queue: { readonly order: WaitingOrder; readonly waitsUntilMs: number }[] = [];
  /** Waiting or being written. */
  private heldBytes = 0;
  private expiry: NodeJS.Timeout | undefined;

  /** @throws TooBusyError */
  add(order: WaitingOrder): void {
    if (this.queue.length >= MAX_WAITING_ORDERS || this.heldBytes + order.bytes > MAX_HELD_BYTES) {
      throw new TooBusyError('too many orders are waiting to be written');
    }
    this.heldBytes += order.bytes;
    this.queue.push({ order, waitsUntilMs: performance.now() + MAX_WAIT_MS });
    this.watchTheFirst();
  }

  /** The orders that are to be written next, none when none wait. They are held until {@link release}. */
  take(): WaitingOrder[] {
    let orders = 0;
    let bytes = 0;
    for (const { order } of this.queue) {
      bytes += order.bytes;
      if (orders === MAX_BATCH_ORDERS || (orders > 0 && bytes > MAX_BATCH_BYTES)) break;
      orders++;
    }
    const batch = this.queue.slice(0, orders).map(({ order }) => order);
    this.queue = this.queue.slice(orders);
    return batch;
  }

  /** The orders are written, or will not be. */
  release(orders: readonly WaitingOrder[]): void {
    for (const { bytes } of orders) this.heldBytes -= bytes;
  }

  /** All wait equally long, so the first in the queue is the first whose time runs out. */
  private watchTheFirst(): void {
    const first = this.queue[0];
    if (first === undefined || this.expiry !== undefined) return;
    const leftMs = Math.max(0, Math.ceil(first.waitsUntilMs - performance.now()));
    this.expiry = setTimeout(() => this.expire(), leftMs).unref();
  }

  private expire(): void {
    this.expiry = undefined;
    const now = performance.now();
    const firstInTime = this.queue.findIndex(({ waitsUntilMs }) => waitsUntilMs > now);
    const late = this.queue.splice(0, firstInTime === -1 ? this.queue.length : firstInTime);
    this.release(late.map(({ order }) => order));
    for (const { order } of late) {
      order.reject(new TooBusyError(`the order has waited ${MAX_WAIT_MS} ms to be written`));
    }
    this.watchTheFirst();
  }
}
