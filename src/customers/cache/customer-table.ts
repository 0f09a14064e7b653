import { inBoundedSteps } from './bounded-steps.js';
import { CustomerRecords } from './customer-records.js';
import { IdBytes } from './id-bytes.js';
import { type IdPage, type IdPageOptions, readIdPage } from './id-page.js';
import type { SharedMemory } from './memory-budget.js';
import { isLater, type RecordPlace, setPlace } from './record-place.js';
import { SLAB_BYTES } from './slab.js';
import { CUSTOMER, NONE, ROW_MASK, TOMBSTONE } from './slot-columns.js';
import { readRecordsAfter, type TableRecords } from './table-record.js';

export type { RecordPlace };

export interface HeldCustomer {
  readonly json: string;
  /** `"<updatedAt>"`, with its quotes. */
  readonly etag: string;
}

/** backdated: replaced, and updatedAt went back */
export type PutOutcome = 'created' | 'replaced' | 'backdated' | 'outdated';
export type RemoveOutcome = 'removed' | 'absent' | 'outdated';

/** Of a step of work, so that it takes some 0.1 ms. */
const SLOTS_A_STEP = 64;
const COMPACTED_BYTES_A_STEP = 65_536;

/**
 * All customers of the topic, off the heap: a million objects would take more memory, and long garbage collections. A table knows
 * only ready texts, and decides by a record's place whether it counts. A tombstone is remembered, so that an older record of
 * another partition, which is read later, does not bring a deleted customer back.
 */
export class CustomerTable {
  private readonly memory: SharedMemory;
  private readonly slabBytes: number;
  private readonly id = new IdBytes();
  private records: CustomerRecords;
  private customers = 0;
  private clearings = 0;

  /** @param options slabBytes: what memory for texts is taken in; at most SLAB_BYTES */
  constructor(options: { memory: SharedMemory; slabBytes?: number | undefined }) {
    this.memory = options.memory;
    this.slabBytes = options.slabBytes ?? SLAB_BYTES;
    this.records = new CustomerRecords(this.memory, this.slabBytes);
  }

  /** Customers, without tombstones. */
  get size(): number {
    return this.customers;
  }

  /** All memory that it has taken: slabs, columns, index and sorted ids. */
  get bytes(): number {
    return this.records.bytes;
  }

  /** How often it was cleared: what goes over it in steps notices by it that it is another's now. */
  get timesCleared(): number {
    return this.clearings;
  }

  /**
   * @param key accountId in UTF-8
   * @param json the ready text
   * @throws TableFullError when there is no memory for it; nothing has changed then
   */
  put(key: Buffer, json: string, updatedAt: bigint, place: RecordPlace): PutOutcome {
    const slot = this.records.find(key, key.length);
    if (slot === NONE) {
      this.fill(this.records.add(key, json), CUSTOMER, updatedAt, place);
      return 'created';
    }
    if (!this.isLater(slot, place)) return 'outdated';
    const chunk = this.records.chunk(slot);
    const wasCustomer = chunk.state[slot & ROW_MASK] === CUSTOMER;
    const before = chunk.stamp[slot & ROW_MASK]!;
    this.records.replaceText(slot, key, json);
    this.fill(slot, CUSTOMER, updatedAt, place);
    if (!wasCustomer) return 'created';
    return updatedAt < before ? 'backdated' : 'replaced';
  }

  /**
   * A customer that is held is always removed.
   *
   * @param putAtMs when the tombstone was put, by our own clock
   * @throws TableFullError when there is no memory to remember a key that is not held; nothing has changed then
   */
  remove(key: Buffer, place: RecordPlace, putAtMs = Date.now()): RemoveOutcome {
    const slot = this.records.find(key, key.length);
    const putAt = BigInt(putAtMs);
    if (slot === NONE) {
      this.fill(this.records.add(key, ''), TOMBSTONE, putAt, place);
      return 'absent';
    }
    if (!this.isLater(slot, place)) return 'outdated';
    const wasCustomer = this.records.chunk(slot).state[slot & ROW_MASK] === CUSTOMER;
    this.records.dropText(slot);
    this.fill(slot, TOMBSTONE, putAt, place);
    return wasCustomer ? 'removed' : 'absent';
  }

  get(accountId: string): HeldCustomer | undefined {
    if (!this.id.set(accountId)) return undefined;
    const slot = this.records.find(this.id.bytes, this.id.length);
    if (slot === NONE) return undefined;
    const chunk = this.records.chunk(slot);
    const row = slot & ROW_MASK;
    if (chunk.state[row] !== CUSTOMER) return undefined;
    return { json: this.records.slabs.text(chunk.address[row]!), etag: `"${chunk.stampText(row)}"` };
  }

  /** Forgets tombstones that were put longer ago, by our own clock. Ends early where the table is cleared. */
  async forgetTombstones(olderThanMs: number): Promise<void> {
    const untilMs = BigInt(Date.now() - olderThanMs);
    const { records } = this;
    let slot = 0;
    await inBoundedSteps('background', () => {
      if (this.records !== records) return false;
      if (records.sorted.sortSome(SLOTS_A_STEP)) return true;
      for (const end = Math.min(slot + SLOTS_A_STEP, records.columns.end); slot < end; slot++) {
        const chunk = records.chunk(slot);
        const row = slot & ROW_MASK;
        if (chunk.state[row] === TOMBSTONE && chunk.stamp[row]! < untilMs) records.drop(slot);
      }
      return records.compactSome(COMPACTED_BYTES_A_STEP) || slot < records.columns.end;
    });
  }

  /**
   * Ids after `after`, in the order of their bytes. Of a `filter` (a part of the id) 100,000 customers are looked at: there may be
   * fewer than `limit`, and a `next` to go on after.
   */
  async page(options: IdPageOptions): Promise<IdPage> {
    await this.settle('request');
    return readIdPage(() => this.records, options);
  }

  /** Finds the places of ids that have come since, among those that are sorted. A page waits for it; after a load that is seconds. */
  async settle(purpose: 'request' | 'background'): Promise<void> {
    await inBoundedSteps(purpose, () => this.records.sorted.sortSome(SLOTS_A_STEP));
  }

  /** Records for a snapshot, as far as they have been settled. See {@link readRecordsAfter}. */
  recordsAfter(after: Buffer | undefined, bytes: number): TableRecords {
    return readRecordsAfter(this.records, after, bytes);
  }

  /** Forgets everything at once, and gives its memory back. */
  clear(): void {
    this.records.giveBackMemory();
    this.records = new CustomerRecords(this.memory, this.slabBytes);
    this.customers = 0;
    this.clearings++;
  }

  private isLater(slot: number, place: RecordPlace): boolean {
    return isLater(this.records.chunk(slot), slot & ROW_MASK, place);
  }

  private fill(slot: number, state: number, stamp: bigint, place: RecordPlace): void {
    const chunk = this.records.chunk(slot);
    const row = slot & ROW_MASK;
    if (chunk.state[row] === CUSTOMER) this.customers--;
    if (state === CUSTOMER) this.customers++;
    setPlace(chunk, row, place);
    chunk.state[row] = state;
    chunk.stamp[row] = stamp;
  }
}
