import type { MemoryBudget } from './memory-budget.js';
import { OFFSET_BITS, recordBytes, Slab, startOf } from './slab.js';
import { TableFullError } from './table-full.error.js';

const MOST_SLABS = 2 ** (32 - OFFSET_BITS);
/** A longer record has a slab to itself. Else the ends of slabs would stay empty that it does not fit in. */
const LONGEST_SHARE = 1 / 4;

/**
 * The bytes of records, key and text, one after the other in slabs; a text is empty where there is none. What is freed stays
 * as dead bytes until its slab has no others, to which compaction helps.
 */
export class RecordSlabs {
  /** By number; a number that is free has none. */
  private readonly slabs: (Slab | undefined)[] = [];
  private readonly freeNumbers: number[] = [];
  /** The buffer of a slab that was given up: compaction gives one up for each that it takes. */
  private spare: Buffer | undefined;
  /** That new records go to. */
  private open: Slab | undefined;
  /** That compaction moves records to. Of its own, so that one slab more is enough to empty another. */
  private target: Slab | undefined;
  private usedBytes = 0;
  private deadBytes = 0;

  /** @param slabBytes SLAB_BYTES, or less */
  constructor(
    private readonly memory: MemoryBudget,
    private readonly slabBytes: number,
  ) {}

  get used(): number {
    return this.usedBytes;
  }

  get dead(): number {
    return this.deadBytes;
  }

  /**
   * @param textLength of `text` in UTF-8
   * @returns its address
   * @throws TableFullError
   */
  append(slot: number, key: Uint8Array, text: string, textLength: number): number {
    const bytes = recordBytes(key.length, textLength);
    const slab = this.withRoom(bytes);
    const at = slab.used;
    slab.write(at, slot, key, text, textLength);
    this.use(slab, bytes);
    return slab.addressOf(at);
  }

  /** Another text of the same length, in the same place. */
  overwrite(address: number, text: string): void {
    this.slabOf(address).writeText(startOf(address), text);
  }

  /** The record keeps its address and its key. @returns how many bytes have become dead */
  dropText(address: number): number {
    const slab = this.slabOf(address);
    const bytes = slab.cutText(startOf(address));
    slab.dead += bytes;
    this.deadBytes += bytes;
    return bytes;
  }

  free(address: number): void {
    const slab = this.slabOf(address);
    const bytes = slab.recordLength(startOf(address));
    slab.dead += bytes;
    this.deadBytes += bytes;
    if (slab !== this.open && slab !== this.target) this.giveUpIfDead(slab);
  }

  textLength(address: number): number {
    return this.slabOf(address).textLength(startOf(address));
  }

  text(address: number): string {
    const slab = this.slabOf(address);
    const start = slab.textStart(startOf(address));
    return slab.bytes.toString('utf8', start, start + slab.textLength(startOf(address)));
  }

  /** A view, which holds until the next change. */
  textBytes(address: number): Buffer {
    const slab = this.slabOf(address);
    const start = slab.textStart(startOf(address));
    return slab.bytes.subarray(start, start + slab.textLength(startOf(address)));
  }

  key(address: number): string {
    const slab = this.slabOf(address);
    const start = slab.keyStart(startOf(address));
    return slab.bytes.toString('utf8', start, start + slab.keyLength(startOf(address)));
  }

  /** A view, which holds until the next change. */
  keyBytes(address: number): Buffer {
    const slab = this.slabOf(address);
    const start = slab.keyStart(startOf(address));
    return slab.bytes.subarray(start, start + slab.keyLength(startOf(address)));
  }

  /** @returns less than 0 where the record's key comes before the given one, bytewise; 0 for the same */
  compareKey(address: number, key: Uint8Array, length: number): number {
    const slab = this.slabOf(address);
    const at = startOf(address);
    return compareBytes(slab.bytes, slab.keyStart(at), slab.keyLength(at), key, 0, length);
  }

  /** As {@link compareKey}, of two records. */
  compareKeys(address: number, otherAddress: number): number {
    const slab = this.slabOf(address);
    const at = startOf(address);
    const other = this.slabOf(otherAddress);
    const otherAt = startOf(otherAddress);
    const otherStart = other.keyStart(otherAt);
    const otherLength = other.keyLength(otherAt);
    return compareBytes(
      slab.bytes,
      slab.keyStart(at),
      slab.keyLength(at),
      other.bytes,
      otherStart,
      otherLength,
    );
  }

  /** Of the slabs that nothing is written to any more, the one with most dead bytes; undefined where none has any. */
  mostDead(): Slab | undefined {
    let most: Slab | undefined;
    for (const slab of this.slabs) {
      if (slab === undefined || slab === this.open || slab === this.target) continue;
      if (slab.dead > (most?.dead ?? 0)) most = slab;
    }
    return most;
  }

  /** Whether it has not been given up. */
  holds(slab: Slab): boolean {
    return this.slabs[slab.number] === slab;
  }

  /** For compaction, which has to free what is left behind. @returns the new address. @throws TableFullError */
  copyToTarget(slab: Slab, at: number): number {
    const bytes = slab.recordLength(at);
    if (this.target === undefined || !this.target.hasRoom(bytes)) {
      const full = this.target;
      this.target = this.add(this.slabBytes, true);
      this.giveUpIfDead(full);
    }
    const start = this.target.used;
    slab.bytes.copy(this.target.bytes, start, at, at + bytes);
    this.use(this.target, bytes);
    return this.target.addressOf(start);
  }

  private slabOf(address: number): Slab {
    return this.slabs[address >>> OFFSET_BITS]!;
  }

  private withRoom(bytes: number): Slab {
    if (bytes > this.slabBytes * LONGEST_SHARE) return this.add(bytes, false);
    if (this.open === undefined || !this.open.hasRoom(bytes)) {
      const full = this.open;
      this.open = this.add(this.slabBytes, false);
      this.giveUpIfDead(full);
    }
    return this.open;
  }

  private use(slab: Slab, bytes: number): void {
    slab.used += bytes;
    this.usedBytes += bytes;
  }

  private add(bytes: number, isForCompaction: boolean): Slab {
    const number = this.freeNumbers.at(-1) ?? this.slabs.length;
    if (number === MOST_SLABS) throw new TableFullError(this.memory.taken);
    const slab = new Slab(number, this.takeMemory(bytes, isForCompaction));
    this.freeNumbers.pop();
    this.slabs[number] = slab;
    return slab;
  }

  private takeMemory(bytes: number, isForCompaction: boolean): Buffer {
    if (bytes === this.slabBytes && this.spare !== undefined) {
      const { spare } = this;
      this.spare = undefined;
      return spare;
    }
    if (isForCompaction) this.memory.takeOfReserve(bytes);
    else this.memory.take(bytes);
    // Not zeroed, and not of a pool that others have a part of.
    return Buffer.allocUnsafeSlow(bytes);
  }

  private giveUpIfDead(slab: Slab | undefined): void {
    if (slab === undefined || slab.dead < slab.used) return;
    this.slabs[slab.number] = undefined;
    this.freeNumbers.push(slab.number);
    this.usedBytes -= slab.used;
    this.deadBytes -= slab.dead;
    if (slab.bytes.length === this.slabBytes && this.spare === undefined) this.spare = slab.bytes;
    else this.memory.giveBack(slab.bytes.length);
  }
}

/** Most keys are short, for which a loop is faster than a call of `Buffer.compare`. */
function compareBytes(
  one: Uint8Array,
  oneStart: number,
  oneLength: number,
  other: Uint8Array,
  otherStart: number,
  otherLength: number,
): number {
  const shorter = oneLength < otherLength ? oneLength : otherLength;
  for (let at = 0; at < shorter; at++) {
    const difference = one[oneStart + at]! - other[otherStart + at]!;
    if (difference !== 0) return difference;
  }
  return oneLength - otherLength;
}
