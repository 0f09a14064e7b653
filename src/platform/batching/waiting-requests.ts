import { TooBusyError } from '../http/too-busy.error.js';

const MIB = 1_048_576;
const MAX_WAITING_REQUESTS = 5_000;
/** Of the bodies that they came in; what stands for them in memory is a small multiple of that. */
const MAX_HELD_BYTES = 16 * MIB;
const MAX_BATCH_REQUESTS = 500;
/** An item may be many rows, and a transaction of all of them would keep everyone waiting who shares it. */
const MAX_BATCH_ROWS = 5_000;
/** A batch becomes one parameter of a statement. */
const MAX_BATCH_BYTES = 4 * MIB;
const MAX_WAIT_MS = 10_000;

/** What is to be written, and the caller who waits for it. */
export interface WaitingRequest<Item, Result> {
  readonly item: Item;
  /** Length of the body that it came in. */
  readonly bytes: number;
  /** Rows that the item becomes. */
  readonly rows: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** What is written, in the words of errors. */
export interface ItemName {
  /** 'the order' */
  readonly one: string;
  /** 'orders' */
  readonly many: string;
}

/**
 * Requests whose turn to be written has not come, first come first. How many they are, how much memory they take together
 * with those that are being written, and how long each may wait is bounded: a database that hangs, or that is slower
 * than the senders, costs them a 503 and the process no memory.
 */
export class WaitingRequests<Item, Result> {
  private queue: { readonly request: WaitingRequest<Item, Result>; readonly waitsUntilMs: number }[] = [];
  /** Waiting or being written. */
  private heldBytes = 0;
  private expiry: NodeJS.Timeout | undefined;

  constructor(private readonly name: ItemName) {}

  /** @throws TooBusyError */
  add(request: WaitingRequest<Item, Result>): void {
    if (this.queue.length >= MAX_WAITING_REQUESTS || this.heldBytes + request.bytes > MAX_HELD_BYTES) {
      throw new TooBusyError(`too many ${this.name.many} are waiting to be written`);
    }
    this.heldBytes += request.bytes;
    this.queue.push({ request, waitsUntilMs: performance.now() + MAX_WAIT_MS });
    this.watchTheFirst();
  }

  /** Those that are to be written next, none when none wait. They are held until {@link release}. */
  take(): WaitingRequest<Item, Result>[] {
    let requests = 0;
    let bytes = 0;
    let rows = 0;
    for (const { request } of this.queue) {
      bytes += request.bytes;
      rows += request.rows;
      const isTooLarge = bytes > MAX_BATCH_BYTES || rows > MAX_BATCH_ROWS;
      if (requests === MAX_BATCH_REQUESTS || (requests > 0 && isTooLarge)) break;
      requests++;
    }
    const batch = this.queue.slice(0, requests).map(({ request }) => request);
    this.queue = this.queue.slice(requests);
    return batch;
  }

  /** They are written, or will not be. */
  release(requests: readonly WaitingRequest<Item, Result>[]): void {
    for (const { bytes } of requests) this.heldBytes -= bytes;
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
    this.release(late.map(({ request }) => request));
    for (const { request } of late) {
      request.reject(new TooBusyError(`${this.name.one} has waited ${MAX_WAIT_MS} ms to be written`));
    }
    this.watchTheFirst();
  }
}
