import {
  CustomerTable,
  type HeldCustomer,
  type PutOutcome,
  type RecordPlace,
  type RemoveOutcome,
} from './customer-table.js';
import type { IdPage, IdPageOptions } from './id-page.js';
import { SharedMemory } from './memory-budget.js';
import { TableFullError } from './table-full.error.js';

/**
 * What the process holds, and what it reads anew beside it. A topic that is read from its beginning once more shows old values and
 * deleted customers on the way, so nobody sees what is read until it is complete.
 */
export class CustomerMemory {
  private readonly memory: SharedMemory;
  private readonly slabBytes: number | undefined;
  private held: CustomerTable;
  /** What is read anew; undefined where that is what is held. */
  private next: CustomerTable | undefined;
  private whole = false;

  /** @param options maxBytes: of both tables together; slabBytes: see {@link CustomerTable} */
  constructor(options: { maxBytes: number; slabBytes?: number }) {
    this.memory = new SharedMemory(options.maxBytes);
    this.slabBytes = options.slabBytes;
    this.held = this.newTable();
  }

  /** Whether all is held that there is to hold. Where it is not, what is looked up may be outdated, deleted or missing. */
  get isWhole(): boolean {
    return this.whole;
  }

  /** Customers that are held. */
  get size(): number {
    return this.held.size;
  }

  /** All memory that is taken, with what is read anew. */
  get bytes(): number {
    return this.memory.taken;
  }

  /** The table that records go into, for the snapshot. */
  get table(): CustomerTable {
    return this.next ?? this.held;
  }

  /** Of what is held. */
  get(accountId: string): HeldCustomer | undefined {
    return this.held.get(accountId);
  }

  /** Of what is held: see {@link CustomerTable.page}. Begins again where another table takes its place meanwhile. */
  async page(options: IdPageOptions): Promise<IdPage> {
    for (;;) {
      const table = this.held;
      const page = await table.page(options);
      if (table === this.held) return page;
    }
  }

  /**
   * Into what is being read: see {@link CustomerTable.put}. Where that does not fit beside what is held, what is held is given up.
   *
   * @throws TableFullError when it does not fit alone either
   */
  put(key: Buffer, json: string, updatedAt: bigint, place: RecordPlace): PutOutcome {
    return this.change((table) => table.put(key, json, updatedAt, place));
  }

  /** As {@link put}. A held customer is always removed: only a tombstone of another key needs memory. @throws TableFullError */
  remove(key: Buffer, place: RecordPlace): RemoveOutcome {
    return this.change((table) => table.remove(key, place));
  }

  /**
   * Read from the beginning once more: what is put from now on is held apart until {@link complete}. Where nothing was whole yet,
   * all is dropped. May be called again before that.
   */
  startOver(): void {
    if (this.next === undefined && this.whole) this.next = this.newTable();
    else this.table.clear();
  }

  /** All is read: what was held apart takes the place of what was held, whose memory is given back. */
  complete(): void {
    this.replaceHeld();
    this.whole = true;
  }

  /** Nothing is held then, and it is not whole. */
  clear(): void {
    this.replaceHeld();
    this.held.clear();
    this.whole = false;
  }

  /** Of the table that records go into: before {@link complete}, so that the first page does not have to. */
  settle(purpose: 'request' | 'background'): Promise<void> {
    return this.table.settle(purpose);
  }

  /** Of the table that records go into: no older record comes to the other. */
  forgetTombstones(olderThanMs: number): Promise<void> {
    return this.table.forgetTombstones(olderThanMs);
  }

  private change<T>(make: (table: CustomerTable) => T): T {
    try {
      return make(this.table);
    } catch (error) {
      if (!(error instanceof TableFullError) || this.next === undefined) throw error;
      this.whole = false;
      this.replaceHeld();
      return make(this.table);
    }
  }

  private replaceHeld(): void {
    if (this.next === undefined) return;
    const before = this.held;
    this.held = this.next;
    this.next = undefined;
    before.clear();
  }

  private newTable(): CustomerTable {
    return new CustomerTable({ memory: this.memory, slabBytes: this.slabBytes });
  }
}
