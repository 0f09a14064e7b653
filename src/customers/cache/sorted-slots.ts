import type { RecordSlabs } from './record-slabs.js';
import { NONE, ROW_MASK, type SlotColumns } from './slot-columns.js';

const BLOCK_SLOTS = 512;
/** Neighbours that have no more than this together become one. Less than a block, so that the next one does not split it. */
const MERGED_SLOTS = BLOCK_SLOTS * 0.75;

class Block {
  readonly slots = new Uint32Array(BLOCK_SLOTS);
  count = 0;

  get isFull(): boolean {
    return this.count === BLOCK_SLOTS;
  }

  insert(at: number, slot: number): void {
    this.slots.copyWithin(at + 1, at, this.count);
    this.slots[at] = slot;
    this.count++;
  }

  removeAt(at: number): void {
    this.slots.copyWithin(at, at + 1, this.count);
    this.count--;
  }

  /** @returns a block with what stood here from `at` on */
  splitOff(at: number): Block {
    const rest = new Block();
    rest.append(this.slots.subarray(at, this.count));
    this.count = at;
    return rest;
  }

  append(slots: Uint32Array): void {
    this.slots.set(slots, this.count);
    this.count += slots.length;
  }
}

/**
 * All slots that have a key, of customers and tombstones, sorted by it: in blocks, none of which is empty. New slots wait in a
 * list until {@link sortSome}: while a topic is read, finding their places would be most of the work, and nobody asks for them.
 */
export class SortedSlots {
  private readonly blocks: Block[] = [];
  private firstWaiting = NONE;
  private lastWaiting = NONE;

  constructor(
    private readonly columns: SlotColumns,
    private readonly slabs: RecordSlabs,
  ) {}

  get isSorted(): boolean {
    return this.firstWaiting === NONE;
  }

  add(slot: number): void {
    this.setNext(slot, NONE);
    if (this.firstWaiting === NONE) this.firstWaiting = slot;
    else this.setNext(this.lastWaiting, slot);
    this.lastWaiting = slot;
  }

  /** Puts up to `most` of the new slots in, at some 2 us each. @returns whether there are more */
  sortSome(most: number): boolean {
    for (let sorted = 0; sorted < most && this.firstWaiting !== NONE; sorted++) {
      const slot = this.firstWaiting;
      this.firstWaiting = this.columns.chunk(slot).next[slot & ROW_MASK]!;
      this.insert(slot);
    }
    return this.firstWaiting !== NONE;
  }

  /** Of a slot while all are sorted, and while it has its key. */
  remove(slot: number): void {
    const address = this.addressOf(slot);
    const number = this.blockBefore((first) => this.slabs.compareKeys(first, address) <= 0);
    const block = this.blocks[number]!;
    block.removeAt(this.countBefore(block, (held) => this.slabs.compareKeys(held, address) < 0));
    this.mergeAround(number);
  }

  /** @param key undefined: from the first one on. @returns up to `most` slots whose keys come after it, in order */
  after(key: Uint8Array | undefined, most: number): number[] {
    const found: number[] = [];
    let number = 0;
    let at = 0;
    if (key !== undefined && this.blocks.length > 0) {
      const isNotAfter = (address: number): boolean => this.slabs.compareKey(address, key, key.length) <= 0;
      number = this.blockBefore(isNotAfter);
      at = this.countBefore(this.blocks[number]!, isNotAfter);
    }
    for (; number < this.blocks.length && found.length < most; number++, at = 0) {
      const { slots, count } = this.blocks[number]!;
      for (const slot of slots.subarray(at, Math.min(count, at + most - found.length))) found.push(slot);
    }
    return found;
  }

  private insert(slot: number): void {
    if (this.blocks.length === 0) this.blocks.push(new Block());
    const address = this.addressOf(slot);
    const isBefore = (held: number): boolean => this.slabs.compareKeys(held, address) < 0;
    const last = this.blocks.at(-1)!;
    if (last.count === 0 || isBefore(this.addressOf(last.slots[last.count - 1]!)))
      return this.insertLast(slot);
    const number = this.blockBefore(isBefore);
    const block = this.blocks[number]!;
    const at = this.countBefore(block, isBefore);
    if (!block.isFull) return block.insert(at, slot);
    const half = BLOCK_SLOTS / 2;
    const rest = block.splitOff(half);
    this.blocks.splice(number + 1, 0, rest);
    if (at <= half) block.insert(at, slot);
    else rest.insert(at - half, slot);
  }

  /** Those that come in order, as from a snapshot, fill their blocks. */
  private insertLast(slot: number): void {
    if (this.blocks.at(-1)!.isFull) this.blocks.push(new Block());
    const last = this.blocks.at(-1)!;
    last.insert(last.count, slot);
  }

  private mergeAround(number: number): void {
    const block = this.blocks[number]!;
    if (block.count === 0) return void this.blocks.splice(number, 1);
    for (const left of [number - 1, number]) {
      const one = this.blocks[left];
      const other = this.blocks[left + 1];
      if (one === undefined || other === undefined || one.count + other.count > MERGED_SLOTS) continue;
      one.append(other.slots.subarray(0, other.count));
      this.blocks.splice(left + 1, 1);
      return;
    }
  }

  /** @returns the last block whose first key fulfils what all keys up to some place do; else the first */
  private blockBefore(isBefore: (address: number) => boolean): number {
    const after = countWhile(this.blocks.length, (at) =>
      isBefore(this.addressOf(this.blocks[at]!.slots[0]!)),
    );
    return Math.max(after - 1, 0);
  }

  private countBefore(block: Block, isBefore: (address: number) => boolean): number {
    return countWhile(block.count, (at) => isBefore(this.addressOf(block.slots[at]!)));
  }

  private addressOf(slot: number): number {
    return this.columns.chunk(slot).address[slot & ROW_MASK]!;
  }

  private setNext(slot: number, next: number): void {
    this.columns.chunk(slot).next[slot & ROW_MASK] = next;
  }
}

/** How many of the first numbers fulfil what none does after the first that does not: a binary search. */
function countWhile(count: number, fulfils: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fulfils(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
