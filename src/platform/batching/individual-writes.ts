import { isLockTimeout } from '../database/lock-timeout.js';
import { TooBusyError } from '../http/too-busy.error.js';
import type { ItemName, WaitingRequest } from './waiting-requests.js';

/** Few, since each holds a connection while it waits for a lock. */
const MAX_AT_ONCE = 2;
/** How long what was locked is kept out of batches, which it would hold up. */
const REMEMBERED_MS = 10_000;
/** How long it is not even tried: a flood of requests for it must not take the turns of others. */
const NOT_TRIED_MS = 1_000;
/** So many in a row that were not known to be locked, and none that was not: the table itself is. */
const TABLE_LOCKED_AFTER = 4;

export interface IndividualWritesOptions<Item, Result> {
  readonly name: ItemName;
  /** Of what an item changes, and somebody else may have locked. */
  readonly keyOf: (item: Item) => string;
  /** Writes one request; throws what the database says. */
  readonly write: (request: WaitingRequest<Item, Result>) => Promise<void>;
  /** Hears of each request that is written or given up. */
  readonly settled: (request: WaitingRequest<Item, Result>) => void;
}

/**
 * Requests that are written one by one beside the batches, because somebody else has locked what one of their batch needs:
 * PostgreSQL does not tell which. Those that are not locked are written; the others are given up, and their keys
 * remembered, so that the next one does not hold up a batch.
 */
export class IndividualWrites<Item, Result> {
  private queue: WaitingRequest<Item, Result>[] = [];
  private atOnce = 0;
  private lockedInARow = 0;
  private readonly lockedAtMs = new Map<string, number>();

  constructor(private readonly options: IndividualWritesOptions<Item, Result>) {}

  /** Whether what a request changes was locked a moment ago. */
  wasLocked(request: WaitingRequest<Item, Result>): boolean {
    return this.wasLockedWithin(REMEMBERED_MS, request);
  }

  /** A request could not be written since somebody else holds what it needs. */
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

  /** Something was written, so the table is not locked. */
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
