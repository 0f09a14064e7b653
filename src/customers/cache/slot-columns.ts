import type { MemoryBudget } from './memory-budget.js';

/** No slot, and no address. */
export const NONE = 0xffff_ffff;

export const FREE = 0;
export const CUSTOMER = 1;
export const TOMBSTONE = 2;

/** Columns grow by so many slots at a time. Nothing is copied then, so it takes no longer the more there are. */
const CHUNK_SLOTS = 16_384;
const SLOT_SHIFT = 14;
/** The row of a slot in its chunk: `slot & ROW_MASK`. */
export const ROW_MASK = CHUNK_SLOTS - 1;
/**
 * Of a slot in the sorted ids: 4 bytes, in blocks that may be half empty. They are counted with the columns, as what they can
 * take at the most, since slots are sorted later, when nothing can be refused any more.
 */
const SORTED_BYTES = 12;
const CHUNK_BYTES = CHUNK_SLOTS * (41 + SORTED_BYTES);

/** What is known of the records in some slots, one row each, apart from their bytes. */
export class ColumnChunk {
  /** FREE, CUSTOMER or TOMBSTONE */
  readonly state = new Uint8Array(CHUNK_SLOTS);
  /** of the key */
  readonly hash = new Uint32Array(CHUNK_SLOTS);
  /** of key and text in the slabs */
  readonly address = new Uint32Array(CHUNK_SLOTS);
  /** the next slot of the list that this one is in: of those that are free, or of those that are not sorted yet */
  readonly next = new Uint32Array(CHUNK_SLOTS);
  readonly partition = new Int32Array(CHUNK_SLOTS);
  readonly offset = new Float64Array(CHUNK_SLOTS);
  readonly time = new BigInt64Array(CHUNK_SLOTS);
  /** a customer's updatedAt; of a tombstone when it was put, in epoch ms by our own clock */
  readonly stamp = new BigInt64Array(CHUNK_SLOTS);
  private readonly stampWords = new Int32Array(this.stamp.buffer);

  /** In decimal digits. Without a bigint where a number is exact, which is several times faster. */
  stampText(row: number): string {
    const high = this.stampWords[row * 2 + 1]!;
    const value = high * 0x1_0000_0000 + (this.stampWords[row * 2]! >>> 0);
    return Number.isSafeInteger(value) ? String(value) : String(this.stamp[row]!);
  }
}

/** The slots, each of which a record keeps for as long as it is held; in columns, of which the heap sees some large arrays. */
export class SlotColumns {
  private readonly chunks: ColumnChunk[] = [];
  private firstFree = NONE;
  private endSlot = 0;

  constructor(private readonly memory: MemoryBudget) {}

  /** No slot from here on has ever been taken. */
  get end(): number {
    return this.endSlot;
  }

  chunk(slot: number): ColumnChunk {
    return this.chunks[slot >>> SLOT_SHIFT]!;
  }

  /** @returns the slot that {@link take} takes next, which cannot fail then. @throws TableFullError */
  reserve(): number {
    if (this.firstFree !== NONE) return this.firstFree;
    if (this.endSlot === this.chunks.length * CHUNK_SLOTS) {
      this.memory.take(CHUNK_BYTES);
      this.chunks.push(new ColumnChunk());
    }
    return this.endSlot;
  }

  take(): void {
    if (this.firstFree === NONE) this.endSlot++;
    else this.firstFree = this.chunk(this.firstFree).next[this.firstFree & ROW_MASK]!;
  }

  free(slot: number): void {
    const chunk = this.chunk(slot);
    const row = slot & ROW_MASK;
    chunk.state[row] = FREE;
    chunk.address[row] = NONE;
    chunk.next[row] = this.firstFree;
    this.firstFree = slot;
  }
}
