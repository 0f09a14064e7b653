/** An address is a slab's number in its high bits, and in its low bits where in the slab a record begins, in 8 bytes. */
export const OFFSET_BITS = 17;
const OFFSET_MASK = (1 << OFFSET_BITS) - 1;
const ALIGN_SHIFT = 3;
/** As much as an address reaches. */
export const SLAB_BYTES = 1 << (OFFSET_BITS + ALIGN_SHIFT);

/** Ahead of a record's bytes: the slot that it belongs to, and how long its key and its text are. 32 bits each. */
const HEADER_BYTES = 12;

/** @returns what a record takes in a slab, which is a multiple of 8 */
export function recordBytes(keyLength: number, textLength: number): number {
  return (HEADER_BYTES + keyLength + textLength + 7) & ~7;
}

/** @returns where in its slab the record of an address begins */
export function startOf(address: number): number {
  return (address & OFFSET_MASK) << ALIGN_SHIFT;
}

/** A large buffer that records stand in one after the other. `at` is always where a record begins. */
export class Slab {
  readonly words: Uint32Array;
  /** where the next record begins */
  used = 0;
  /** of records that belong to nobody any more */
  dead = 0;

  constructor(
    readonly number: number,
    readonly bytes: Buffer,
  ) {
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  }

  hasRoom(bytes: number): boolean {
    return this.used + bytes <= this.bytes.length;
  }

  /** @param textLength of `text` in UTF-8 */
  write(at: number, slot: number, key: Uint8Array, text: string, textLength: number): void {
    this.words[at >>> 2] = slot;
    this.words[(at >>> 2) + 1] = key.length;
    this.words[(at >>> 2) + 2] = textLength;
    this.bytes.set(key, this.keyStart(at));
    this.writeText(at, text);
  }

  /** One of the length that the record's text has. */
  writeText(at: number, text: string): void {
    this.bytes.write(text, this.textStart(at), this.textLength(at));
  }

  /**
   * Leaves a record its key alone. What it took besides becomes a record that no slot has the address of, so that the next one is
   * still found from here. A text that is too short for such a record stays.
   *
   * @returns how many bytes have become dead
   */
  cutText(at: number): number {
    const kept = recordBytes(this.keyLength(at), 0);
    const rest = this.recordLength(at) - kept;
    if (rest > 0 && rest < HEADER_BYTES) return 0;
    this.words[(at >>> 2) + 2] = 0;
    if (rest === 0) return 0;
    const word = (at + kept) >>> 2;
    this.words[word] = this.slot(at);
    this.words[word + 1] = 0;
    this.words[word + 2] = rest - HEADER_BYTES;
    return rest;
  }

  addressOf(at: number): number {
    return ((this.number << OFFSET_BITS) | (at >>> ALIGN_SHIFT)) >>> 0;
  }

  slot(at: number): number {
    return this.words[at >>> 2]!;
  }

  recordLength(at: number): number {
    return recordBytes(this.keyLength(at), this.textLength(at));
  }

  keyStart(at: number): number {
    return at + HEADER_BYTES;
  }

  keyLength(at: number): number {
    return this.words[(at >>> 2) + 1]!;
  }

  textStart(at: number): number {
    return at + HEADER_BYTES + this.keyLength(at);
  }

  textLength(at: number): number {
    return this.words[(at >>> 2) + 2]!;
  }
}
