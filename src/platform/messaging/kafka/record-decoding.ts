import { type EventHeader, type EventHeaders, nameOf } from '../event-headers.js';

/** What kafkajs gives its decoder of a record: the record's bytes behind its length, and where they are read. */
export interface RecordBytes {
  readonly buffer: Buffer;
  offset: number;
}

/** What the records of a batch have in common. Numbers of 64 bits are texts. */
export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly magicByte: number;
  readonly timestampType: number;
  readonly isControlBatch: boolean;
}

/**
 * As kafkajs gives it to a consumer, but for the headers: kafkajs makes a map of them, which cannot hold their order, nor
 * names that are not UTF-8.
 */
export interface DecodedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headerList: EventHeaders;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/** Of KIP-32: the broker's time at which the batch was appended counts for all of its records. */
const LOG_APPEND_TIME = 1;
/** Seven bytes of a varint hold 49 bits, which a number holds exactly. */
const MAX_EXACT_SHIFT = 49;

/**
 * Decodes a record of Kafka's message format 2. kafkajs makes its integers of 64 bits from a BigInt for each byte, and
 * copies the headers that it has read for each header.
 */
export function decodeRecord(bytes: RecordBytes, batchContext: BatchContext): DecodedRecord {
  const { firstOffset, firstTimestamp, maxTimestamp, magicByte, timestampType, isControlBatch } =
    batchContext;
  const attributes = bytes.buffer.readInt8(bytes.offset++);
  const timestampDelta = readVarlong(bytes);
  const offsetDelta = readVarlong(bytes);
  return {
    magicByte,
    attributes,
    timestamp: timestampType === LOG_APPEND_TIME ? maxTimestamp : sum(firstTimestamp, timestampDelta),
    offset: sum(firstOffset, offsetDelta),
    key: readField(bytes),
    value: readField(bytes),
    headerList: readHeaders(bytes),
    isControlRecord: isControlBatch,
    batchContext,
  };
}

const NO_HEADERS: EventHeaders = [];

function readHeaders(bytes: RecordBytes): EventHeaders {
  const count = Number(readVarlong(bytes));
  if (count === 0) return NO_HEADERS;
  const headers: EventHeader[] = [];
  for (let place = 0; place < count; place++) {
    const name = readName(bytes, place);
    headers.push({ name, value: readField(bytes) });
  }
  return headers;
}

interface HeaderName {
  readonly name: EventHeader['name'];
  readonly bytes: Uint8Array;
}

const MAX_KEPT_NAME_BYTES = 64;
/** The name that was read last at each place among a record's headers: mostly the next record has the same there. */
const lastNames: (HeaderName | undefined)[] = Array.from({ length: 16 });

function readName(bytes: RecordBytes, place: number): EventHeader['name'] {
  const start = bytes.offset;
  const length = Number(readVarlong(bytes));
  const first = bytes.offset;
  if (length < 0) throw new RangeError(`the name of a header at byte ${start} of a record is null`);
  bytes.offset = first + length;
  const last = lastNames[place];
  if (last !== undefined && standsAt(last.bytes, bytes.buffer, first, length)) return last.name;
  // A copy: the buffer is that of the whole fetch.
  const nameBytes = Buffer.from(bytes.buffer.subarray(first, bytes.offset));
  const name = nameOf(nameBytes);
  if (place < lastNames.length && length <= MAX_KEPT_NAME_BYTES)
    lastNames[place] = { name, bytes: nameBytes };
  return name;
}

function standsAt(name: Uint8Array, buffer: Buffer, first: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let at = 0; at < length; at++) if (buffer[first + at] !== name[at]) return false;
  return true;
}

function readField(bytes: RecordBytes): Buffer | null {
  const length = Number(readVarlong(bytes));
  if (length < 0) return null;
  const start = bytes.offset;
  bytes.offset = start + length;
  return bytes.buffer.subarray(start, bytes.offset);
}

/** Seven bits a byte, the lowest first, and zigzag, as in Protocol Buffers. */
function readVarlong(bytes: RecordBytes): number | bigint {
  const { buffer } = bytes;
  const start = bytes.offset;
  let value = 0;
  for (let shift = 0, factor = 1; shift < MAX_EXACT_SHIFT; shift += 7, factor *= 128) {
    const byte = buffer[bytes.offset++]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  bytes.offset = start;
  return readLongVarlong(bytes);
}

function readLongVarlong(bytes: RecordBytes): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes.buffer[bytes.offset++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }
  throw new RangeError('an integer of a record has more than 64 bits');
}

function sum(base: string, delta: number | bigint): string {
  const exact = Number(base) + Number(delta);
  return Number.isSafeInteger(exact) ? String(exact) : String(BigInt(base) + BigInt(delta));
}
