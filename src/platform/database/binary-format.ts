/**
 * Values in PostgreSQL's binary format, as they stand in an array that is sent as a parameter: a length of four bytes and
 * the value, in network byte order. PostgreSQL reads them without parsing any text.
 * Source: the functions of PostgreSQL 18 that receive them, such as `array_recv` and `timestamptz_recv`.
 */

/** UTF-8 takes up to three bytes for each of a string's code units. */
const MAX_BYTES_PER_CODE_UNIT = 3;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const TWO_TO_32 = 2 ** 32;
/** PostgreSQL counts from 2000-01-01, in microseconds. */
const EPOCH_US = 946_684_800_000_000n;

/** Bytes that grow as values are written to them. */
export class BinaryWriter {
  private bytes: Buffer;
  private length = 0;

  /** @param expectedBytes how much will be written, more or less */
  constructor(expectedBytes: number) {
    this.bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /** What was written; the writer is not to be used after it. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  int16(value: number): void {
    this.reserve(2);
    this.length = this.bytes.writeInt16BE(value, this.length);
  }

  int32(value: number): void {
    this.reserve(4);
    this.length = this.bytes.writeInt32BE(value, this.length);
  }

  /** Bytes as they are, without their length. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The length of a value that follows. */
  private lengthOf(bytes: number): void {
    this.int32(bytes);
  }

  null(): void {
    this.lengthOf(NULL_LENGTH);
  }

  text(value: string): void {
    this.reserve(LENGTH_BYTES + value.length * MAX_BYTES_PER_CODE_UNIT);
    const written = this.bytes.write(value, this.length + LENGTH_BYTES);
    this.lengthOf(written);
    this.length += written;
  }

  bytea(value: Uint8Array): void {
    this.lengthOf(value.length);
    this.raw(value);
  }

  /** A JSON text, for a column of type jsonb. */
  jsonb(text: string): void {
    const JSONB_VERSION = 1;
    const start = this.length;
    this.reserve(LENGTH_BYTES + 1 + text.length * MAX_BYTES_PER_CODE_UNIT);
    this.length += LENGTH_BYTES;
    this.bytes[this.length++] = JSONB_VERSION;
    this.length += this.bytes.write(text, this.length);
    this.bytes.writeInt32BE(this.length - start - LENGTH_BYTES, start);
  }

  boolean(value: boolean): void {
    this.lengthOf(1);
    this.reserve(1);
    this.bytes[this.length++] = value ? 1 : 0;
  }

  smallint(value: number): void {
    this.lengthOf(2);
    this.int16(value);
  }

  integer(value: number): void {
    this.lengthOf(4);
    this.int32(value);
  }

  /** A safe integer, as a bigint in two halves: a BigInt would have to be allocated. */
  bigint(value: number): void {
    this.lengthOf(8);
    this.int32(Math.floor(value / TWO_TO_32));
    this.int32(value | 0);
  }

  int64(value: bigint): void {
    this.lengthOf(8);
    this.reserve(8);
    this.length = this.bytes.writeBigInt64BE(value, this.length);
  }

  /** A double as it is, for a column of type double precision. */
  double(value: number): void {
    this.lengthOf(8);
    this.reserve(8);
    this.length = this.bytes.writeDoubleBE(value, this.length);
  }

  /** @param us microseconds since the Unix epoch, for a column of type timestamptz */
  timestamptz(us: bigint): void {
    this.int64(us - EPOCH_US);
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
