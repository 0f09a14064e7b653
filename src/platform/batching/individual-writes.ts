import { isLockTimeout } from '../database/lock-timeout.js';
import { TooBusyError } from '../http/too-busy.error.js';
import type { ItemName, WaitingRequest } from './waiting-requests.js';

/** Few, since each holds a connection while it waits for a lock. */
const MAX_AT_ONCE = 2;
/** How long a key that was found locked is kept out of batches, which it would delay. */
const REMEMBERED_MS = 10_000;
/** How long requests for a locked key are refused at once, so that a flood of them does not use up the slots. */
const NOT_TRIED_MS = 1_000;
/** After this many lock timeouts in a row on different keys, the whole table is taken to be locked. */
const TABLE_LOCKED_AFTER = 4;

export interface IndividualWritesOptions<Item, Result> {
  readonly name: ItemName;
  /** The key of the row that an item changes, which another transaction may have locked. */
  readonly keyOf: (item: Item) => string;
  /** Writes one request; throws the database's error. */
  readonly write: (request: WaitingRequest<Item, Result>) => Promise<void>;
  /** Called with each request that is written or given up. */
  readonly settled: (request: WaitingRequest<Item, Result>) => void;
}

/**
 * Writes the requests of a failed batch individually, beside the batches, because another transaction has locked a row
 * that one of them needs and PostgreSQL does not say which. Requests whose row is free are written. The others fail, and
 * their keys are remembered, so that the next request for one does not delay a batch.
 */
export class IndividualWrites<Item, Result> {
  private queue: WaitingRequest<Item, Result>[] = [];
  private atOnce = 0;
  private lockedInARow = 0;
  private readonly lockedAtMs = new Map<string, number>();

  constructor(private readonly options: IndividualWritesOptions<Item, Result>) {}

  /** Whether the row that a request changes was found locked within the last ten seconds. */
  wasLocked(request: WaitingRequest<Item, Result>): boolean {
    return this.wasLockedWithin(REMEMBERED_MS, request);
  }

  /** Remembers the key of a request that timed out waiting for a lock. */
  remember(request: WaitingRequest<Item, Result>): void {
    const now = performance.now();
    for (const [other, atMs] of this.lockedAtMs) {
      if (now - atMs < REMEMBERED_MS) break;
      this.lockedAtMs.delete(other);
    }
    const key = this.options.keyOf(request.item);
    if (!this.lockedAtMs.has(key)) this.lockedInARow++;
    this.lockedAtMs.delete(key);
    this.lockedAtMs.set(key, now);
  }

  /** A write succeeded, so the table is not locked. */
  tableIsFree(): void {
    this.lockedInARow = 0;
  }

  add(requests: readonly WaitingRequest<Item, Result>[]): void {
    this.queue.push(...requests);
    while (this.atOnce < Math.min(MAX_AT_ONCE, this.queue.length)) void this.writeAll();
  }

  private async writeAll(): Promise<void> {
    this.atOnce++;
    for (let request = this.queue.shift(); request !== undefined; request = this.queue.shift()) {
      await this.writeOne(request);
    }
    this.atOnce--;
  }

  private async writeOne(request: WaitingRequest<Item, Result>): Promise<void> {
    try {
      if (this.wasLockedWithin(NOT_TRIED_MS, request))
        throw new TooBusyError(`somebody else has locked ${this.options.name.one}`);
      await this.options.write(request);
      this.tableIsFree();
    } catch (error) {
      request.reject(error as Error);
      if (isLockTimeout(error)) this.lockTimedOut(request, error as Error);
    }
    this.options.settled(request);
  }

  private lockTimedOut(request: WaitingRequest<Item, Result>, error: Error): void {
    this.remember(request);
    if (this.lockedInARow < TABLE_LOCKED_AFTER) return;
    for (const waiting of this.queue.splice(0)) {
      waiting.reject(error);
      this.options.settled(waiting);
    }
  }

  private wasLockedWithin(limitMs: number, request: WaitingRequest<Item, Result>): boolean {
    const atMs = this.lockedAtMs.get(this.options.keyOf(request.item));
    return atMs !== undefined && performance.now() - atMs < limitMs;
  }
}
