import { isUtf8 } from 'node:buffer';
import { UndecodableDatumError } from './avro.errors.js';

const TWO_TO_25 = 2 ** 25;
const TWO_TO_28 = 2 ** 28;
const INT_BYTES = 5;
/** Of an int's fifth byte, which has the topmost 4 of its 32 bits. */
const LAST_OF_INT = 0x0f;
/** What a string has in place of bytes that are not UTF-8, unless it was written there. */
const REPLACEMENT = '\uFFFD';

/**
 * Reads Avro's binary encoding (Avro 1.11 specification, "Binary Encoding") from the beginning of a datum to its end.
 * Nothing that a datum says of its own sizes is believed further than its bytes go.
 *
 * All methods throw {@link UndecodableDatumError}.
 */
export class DatumCursor {
  /** What is being read, for faults: `Customer.phone`. */
  place = 'the datum';
  private at = 0;
  /** Items may take no bytes at all (null), so a count has to be bounded by itself: no more than the datum has bytes. */
  private itemsLeft: number;
  /** The varint that was read last: bits 0 to 27, 28 to 55 and 56 to 63. */
  private low = 0;
  private middle = 0;
  private high = 0;

  constructor(private readonly datum: Buffer) {
    this.itemsLeft = datum.length;
  }

  get bytesLeft(): number {
    return this.datum.length - this.at;
  }

  fault(reason: string): UndecodableDatumError {
    return new UndecodableDatumError(`${this.place} ${reason}`);
  }

  boolean(): boolean {
    const byte = this.datum[this.take(1)] as number;
    if (byte > 1) throw this.fault(`is a boolean of byte ${byte}`);
    return byte === 1;
  }

  int(): number {
    const start = this.at;
    this.varint();
    const length = this.at - start;
    if (length > INT_BYTES || this.middle > LAST_OF_INT) throw this.fault('is no integer of 32 bits');
    const bits = (this.low | (this.middle << 28)) >>> 0;
    return (bits >>> 1) ^ -(bits & 1);
  }

  long(): bigint {
    this.varint();
    const { low, middle, high } = this;
    if (high === 0 && middle < TWO_TO_25) return BigInt(fromZigzag(low + middle * TWO_TO_28));
    const bits = BigInt(low) | (BigInt(middle) << 28n) | (BigInt(high) << 56n);
    return (bits >> 1n) ^ -(bits & 1n);
  }

  float(): number {
    return this.datum.readFloatLE(this.take(4));
  }

  double(): number {
    return this.datum.readDoubleLE(this.take(8));
  }

  string(): string {
    const length = this.size();
    const start = this.take(length);
    const text = this.datum.toString('utf8', start, this.at);
    if (text.includes(REPLACEMENT) && !isUtf8(this.datum.subarray(start, this.at))) {
      throw this.fault('is not UTF-8');
    }
    return text;
  }

  /** A copy, since the datum is a part of a whole batch that would be kept alive. */
  bytes(): Buffer {
    return this.fixed(this.size());
  }

  /** As {@link bytes}. */
  fixed(length: number): Buffer {
    const start = this.take(length);
    return Buffer.from(this.datum.subarray(start, this.at));
  }

  /** Which of so many, counted from 0: a branch of a union, a symbol of an enum. */
  choice(count: number): number {
    const index = this.countingNumber();
    if (index < 0 || index >= count) throw this.fault(`is number ${index} of ${count} choices`);
    return index;
  }

  /** How many items of an array or map follow at once; 0 ends it. */
  blockLength(): number {
    const count = this.countingNumber();
    // A negative count has the block's size in bytes behind it, for those who skip it.
    if (count < 0) this.size();
    this.itemsLeft -= Math.abs(count);
    if (this.itemsLeft < 0) throw this.fault('has more items than the datum has bytes');
    return Math.abs(count);
  }

  private size(): number {
    const size = this.countingNumber();
    if (size < 0) throw this.fault('has a negative length');
    return size;
  }

  /** A long that counts something. */
  private countingNumber(): number {
    this.varint();
    if (this.high > 0 || this.middle >= TWO_TO_25) throw this.fault('has a length beyond all bounds');
    return fromZigzag(this.low + this.middle * TWO_TO_28);
  }

  /** @returns where the bytes that were taken begin */
  private take(length: number): number {
    const start = this.at;
    if (length > this.datum.length - start) throw this.fault('goes on after the end of the datum');
    this.at = start + length;
    return start;
  }

  private varint(): void {
    const { datum } = this;
    let at = this.at;
    let byte = 0;
    let bits = 0;
    this.middle = 0;
    this.high = 0;
    // Behind the end there is undefined, which counts as 0 here and ends the varint.
    for (let shift = 0; shift < 28; shift += 7) {
      byte = datum[at++] as number;
      bits |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) break;
    }
    this.low = bits;
    if ((byte & 0x80) !== 0) at = this.upperBits(at);
    if (at > datum.length) throw this.fault('goes on after the end of the datum');
    this.at = at;
  }

  /** Bits 28 and up. @returns where the varint ends */
  private upperBits(start: number): number {
    let at = start;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.datum[at++] as number;
      this.middle |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return at;
    }
    const ninth = this.datum[at++] as number;
    this.high = ninth & 0x7f;
    if ((ninth & 0x80) === 0) return at;
    const tenth = this.datum[at++] as number;
    if (tenth > 1) throw this.fault('is no integer of 64 bits');
    this.high |= (tenth & 1) << 7;
    return at;
  }
}

/** @param bits below 2^53, of which the lowest is the sign */
function fromZigzag(bits: number): number {
  return bits % 2 === 0 ? bits / 2 : -(bits + 1) / 2;
}
