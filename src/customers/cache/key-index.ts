import type { MemoryBudget } from './memory-budget.js';
import type { RecordSlabs } from './record-slabs.js';
import { NONE, ROW_MASK, type SlotColumns } from './slot-columns.js';

const PAGE_SLOTS = 1_024;
const PAGE_MASK = PAGE_SLOTS - 1;
/** In a fuller page a look-up would pass many others. */
const MOST_IN_PAGE = PAGE_SLOTS * 0.75;
/** With what a page takes on the heap, and its part of the directory. */
const PAGE_BYTES = PAGE_SLOTS * 4 + 256;

/** An open-addressing table with linear probing: a slot stands where its hash's low bits say, or in the next free place. */
class Page {
  /** Slots, each one higher than it is: 0 is a free place. */
  readonly places = new Uint32Array(PAGE_SLOTS);
  count = 0;

  /** @param depth so many high bits do all hashes in it have in common */
  constructor(readonly depth: number) {}

  add(slot: number, hash: number): void {
    let at = hash & PAGE_MASK;
    while (this.places[at] !== 0) at = (at + 1) & PAGE_MASK;
    this.places[at] = slot + 1;
    this.count++;
  }
}

/**
 * The slots by the hashes of their keys: extendible hashing. A directory leads from the high bits of a hash to a page, and a page
 * that is full is split in two, which takes some 10 us. So there is never a rehash of all that is held.
 */
export class KeyIndex {
  private directory: Page[];
  private depth = 1;

  constructor(
    private readonly memory: MemoryBudget,
    private readonly columns: SlotColumns,
    private readonly slabs: RecordSlabs,
  ) {
    this.directory = [new Page(1), new Page(1)];
  }

  /** @returns the slot of the key, or NONE */
  find(hash: number, key: Uint8Array, length: number): number {
    const { places } = this.pageOf(hash);
    for (let at = hash & PAGE_MASK; places[at] !== 0; at = (at + 1) & PAGE_MASK) {
      const slot = places[at]! - 1;
      const chunk = this.columns.chunk(slot);
      const row = slot & ROW_MASK;
      if (chunk.hash[row] === hash && this.slabs.compareKey(chunk.address[row]!, key, length) === 0)
        return slot;
    }
    return NONE;
  }

  /** Makes sure that {@link add} has room for the hash. @throws TableFullError */
  reserve(hash: number): void {
    while (this.pageOf(hash).count >= MOST_IN_PAGE) {
      this.memory.take(PAGE_BYTES);
      this.split(this.pageOf(hash), hash);
    }
  }

  add(slot: number, hash: number): void {
    this.pageOf(hash).add(slot, hash);
  }

  remove(slot: number, hash: number): void {
    const page = this.pageOf(hash);
    const { places } = page;
    let gap = hash & PAGE_MASK;
    while (places[gap] !== slot + 1) gap = (gap + 1) & PAGE_MASK;
    // Those that stand behind it are moved up where the gap is on their way, so that no look-up ends before them.
    for (let at = (gap + 1) & PAGE_MASK; places[at] !== 0; at = (at + 1) & PAGE_MASK) {
      const home = this.hashOf(places[at]! - 1) & PAGE_MASK;
      if (((at - home) & PAGE_MASK) < ((at - gap) & PAGE_MASK)) continue;
      places[gap] = places[at]!;
      gap = at;
    }
    places[gap] = 0;
    page.count--;
  }

  private pageOf(hash: number): Page {
    return this.directory[hash >>> (32 - this.depth)]!;
  }

  private hashOf(slot: number): number {
    return this.columns.chunk(slot).hash[slot & ROW_MASK]!;
  }

  private split(page: Page, hash: number): void {
    if (page.depth === this.depth) this.doubleDirectory();
    const halves = [new Page(page.depth + 1), new Page(page.depth + 1)] as const;
    for (const place of page.places) {
      if (place === 0) continue;
      const its = this.hashOf(place - 1);
      halves[halfOf(its, page.depth)].add(place - 1, its);
    }
    // All entries that have the page's bits in common, the first half of which has a 0 next.
    const entries = 2 ** (this.depth - page.depth);
    const first = Math.floor((hash >>> (32 - this.depth)) / entries) * entries;
    for (let entry = 0; entry < entries; entry++) {
      this.directory[first + entry] = halves[entry < entries / 2 ? 0 : 1];
    }
  }

  private doubleDirectory(): void {
    this.directory = this.directory.flatMap((page) => [page, page]);
    this.depth++;
  }
}

/** The bit of a hash that follows the first `depth` ones. */
function halfOf(hash: number, depth: number): 0 | 1 {
  return ((hash >>> (31 - depth)) & 1) as 0 | 1;
}
