import { setTimeout as sleep } from 'node:timers/promises';
import { isLockTimeout } from '../database/lock-timeout.js';
import type { Failures } from '../failures/failures.js';
import { IndividualWrites } from './individual-writes.js';
import { type ItemName, type WaitingRequest, WaitingRequests } from './waiting-requests.js';

/** A caller waits, with all who share its batch; Waybill's own writers hold their locks for less than this. */
export const REQUEST_LOCK_MS = 500;

export interface CoalescerOptions<Item, Result> {
  readonly name: ItemName;
  /** Of what an item changes, and somebody else may have locked. */
  readonly keyOf: (item: Item) => string;
  /** How many rows an item becomes, where that is not one: a batch is bounded by them too. */
  readonly rowsOf?: (item: Item) => number;
  /**
   * Writes a batch in one transaction. Resolves after the commit, with a result for each item in the batch's order, or the
   * error that its caller alone gets; throws when nothing was written.
   */
  readonly write: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
  /** A batch whose write time does not mend is written item by item. */
  readonly failures: Failures;
  /**
   * While many come, milliseconds from the beginning of a batch to that of the next: each costs much beside its rows. By
   * default the next begins at once.
   */
  readonly paceMs?: number;
}

/** Items of a batch behind which as many are taken to come again. */
const MANY = 8;

/**
 * Requests of callers who wait for their answer, written together: those that come while a batch is being written share
 * the next one, and one that comes alone is written at once. How many wait, and for how long, is bounded.
 */
export class Coalescer<Item, Result> {
  private readonly waiting: WaitingRequests<Item, Result>;
  private readonly individual: IndividualWrites<Item, Result>;
  private writing = false;

  constructor(private readonly options: CoalescerOptions<Item, Result>) {
    const { name, keyOf } = options;
    this.waiting = new WaitingRequests(name);
    this.individual = new IndividualWrites({
      name,
      keyOf,
      write: (request) => this.store([request]),
      settled: (request) => this.waiting.release([request]),
    });
  }

  /**
   * Resolves once the item is committed.
   *
   * @param bytes length of the body that it came in
   * @throws TooBusyError when nothing was written for lack of room or time, and what `write` says of it
   */
  submit(item: Item, bytes: number): Promise<Result> {
    return new Promise((resolve, reject) => {
      const rows = this.options.rowsOf?.(item) ?? 1;
      this.waiting.add({ item, bytes, rows, resolve, reject });
      if (!this.writing) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    for (let batch = this.waiting.take(); batch.length > 0; batch = this.waiting.take()) {
      const beganAtMs = performance.now();
      const locked = batch.filter((one) => this.individual.wasLocked(one));
      this.individual.add(locked);
      await this.write(locked.length === 0 ? batch : batch.filter((one) => !locked.includes(one)));
      if (batch.length >= MANY) await this.pace(beganAtMs);
    }
    this.writing = false;
  }

  private async pace(beganAtMs: number): Promise<void> {
    const leftMs = beganAtMs + (this.options.paceMs ?? 0) - performance.now();
    if (leftMs > 0) await sleep(leftMs);
  }

  private async write(batch: readonly WaitingRequest<Item, Result>[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.store(batch);
      this.individual.tableIsFree();
    } catch (error) {
      if (batch.length === 1) {
        if (isLockTimeout(error)) this.individual.remember(batch[0]!);
        batch[0]!.reject(error as Error);
      } else if (isLockTimeout(error)) {
        // Those that nobody has locked must not wait for the one that somebody has.
        return this.individual.add(batch);
      } else if (this.options.failures.kindOf(error) !== 'transient') {
        // Only one of them is to blame; the others must not get its error.
        for (const one of batch) await this.write([one]);
        return;
      } else {
        for (const one of batch) one.reject(error as Error);
      }
    }
    this.waiting.release(batch);
  }

  private async store(batch: readonly WaitingRequest<Item, Result>[]): Promise<void> {
    const results = await this.options.write(batch.map((one) => one.item));
    for (const [index, { resolve, reject }] of batch.entries()) {
      const result = results[index]!;
      if (result instanceof Error) reject(result);
      else resolve(result);
    }
  }
}
