import { keyHash } from './key-hash.js';
import { KeyIndex } from './key-index.js';
import { MemoryBudget, type SharedMemory } from './memory-budget.js';
import { RecordSlabs } from './record-slabs.js';
import { SlabCompaction } from './slab-compaction.js';
import { type ColumnChunk, ROW_MASK, SlotColumns } from './slot-columns.js';
import { SortedSlots } from './sorted-slots.js';

/** For a byte that is written, or becomes dead in its place, compaction goes over so many. A slab that it empties is a quarter dead, or more. */
const COMPACTED_A_BYTE = 4;
const LEAST_COMPACTED_BYTES = 512;

/** The records by their keys, each in a slot: columns, slabs, and the two indexes that lead to them. */
export class CustomerRecords {
  private readonly memory: MemoryBudget;
  private readonly index: KeyIndex;
  private readonly compaction: SlabCompaction;
  readonly columns: SlotColumns;
  readonly slabs: RecordSlabs;
  readonly sorted: SortedSlots;

  constructor(shared: SharedMemory, slabBytes: number) {
    this.memory = new MemoryBudget(shared, slabBytes);
    this.columns = new SlotColumns(this.memory);
    this.slabs = new RecordSlabs(this.memory, slabBytes);
    this.index = new KeyIndex(this.memory, this.columns, this.slabs);
    this.sorted = new SortedSlots(this.columns, this.slabs);
    this.compaction = new SlabCompaction(this.slabs, this.columns);
  }

  /** All memory that is taken. */
  get bytes(): number {
    return this.memory.taken;
  }

  chunk(slot: number): ColumnChunk {
    return this.columns.chunk(slot);
  }

  /** @param length of the key, in the first bytes of `bytes`. @returns its slot, or NONE */
  find(bytes: Uint8Array, length: number): number {
    return this.index.find(keyHash(bytes, length), bytes, length);
  }

  /** @returns the slot of a key that has none yet; its columns are the caller's to fill. @throws TableFullError */
  add(key: Uint8Array, text: string): number {
    const hash = keyHash(key, key.length);
    // All that can fail comes first, and changes nothing that is seen.
    const slot = this.columns.reserve();
    this.index.reserve(hash);
    const address = this.slabs.append(slot, key, text, Buffer.byteLength(text));
    this.columns.take();
    const chunk = this.chunk(slot);
    chunk.hash[slot & ROW_MASK] = hash;
    chunk.address[slot & ROW_MASK] = address;
    this.index.add(slot, hash);
    this.sorted.add(slot);
    return slot;
  }

  /** @throws TableFullError */
  replaceText(slot: number, key: Uint8Array, text: string): void {
    const chunk = this.chunk(slot);
    const before = chunk.address[slot & ROW_MASK]!;
    const textLength = Buffer.byteLength(text);
    if (textLength === this.slabs.textLength(before)) return this.slabs.overwrite(before, text);
    chunk.address[slot & ROW_MASK] = this.slabs.append(slot, key, text, textLength);
    this.slabs.free(before);
    this.compaction.step((key.length + textLength) * COMPACTED_A_BYTE + LEAST_COMPACTED_BYTES);
  }

  /** The key stays where it stands, so this needs no memory. */
  dropText(slot: number): void {
    const deadBytes = this.slabs.dropText(this.chunk(slot).address[slot & ROW_MASK]!);
    this.compaction.step(deadBytes * COMPACTED_A_BYTE + LEAST_COMPACTED_BYTES);
  }

  /** Of a slot while all are sorted. */
  drop(slot: number): void {
    const chunk = this.chunk(slot);
    this.sorted.remove(slot);
    this.index.remove(slot, chunk.hash[slot & ROW_MASK]!);
    this.slabs.free(chunk.address[slot & ROW_MASK]!);
    this.columns.free(slot);
  }

  /** Nothing of it may be used any more. */
  giveBackMemory(): void {
    this.memory.giveBackAll();
  }

  /** @returns whether there is more to do */
  compactSome(bytes: number): boolean {
    return this.compaction.step(bytes);
  }
}
