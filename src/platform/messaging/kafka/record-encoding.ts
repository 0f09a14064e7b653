import type { EventHeader } from '../event-headers.js';

/** What kafkajs gives its encoder for one message (kafkajs 2.2.4, protocol/recordBatch/record/v0). */
export interface RecordToEncode {
  readonly offsetDelta?: number;
  /** Milliseconds; within 32 bits, as that of messages which are sent together is. */
  readonly timestampDelta?: number;
  readonly key?: Buffer | string | null;
  readonly value?: Buffer | string | null;
  /** A map, as kafkajs has it, or a list, in which a name may stand several times and a value may be missing. */
  readonly headers?: HeaderMap | OutgoingHeaders;
}

type HeaderValue = Buffer | string;
type HeaderMap = Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>;

/** Headers to be sent, in their order. */
export type OutgoingHeaders = readonly (Pick<EventHeader, 'name'> & { readonly value: HeaderValue | null })[];

/** What kafkajs takes from an encoder of its own. */
export interface EncodedRecord {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

const MAX_VARINT_BYTES = 5;
const MAX_BYTES_PER_CODE_UNIT = 3;
const NO_ATTRIBUTES = 0;
const NULL_LENGTH = -1;

/**
 * Encodes a message as a Record of Kafka's message format 2, in one buffer. kafkajs makes a buffer for the record and
 * one for each header, which with the seven headers of a status event takes longer than all else in sending it.
 */
export function encodeRecord({
  offsetDelta = 0,
  timestampDelta = 0,
  key,
  value,
  headers = {},
}: RecordToEncode): EncodedRecord {
  const list = listOf(headers);
  let capacity = 5 * MAX_VARINT_BYTES + roomFor(key) + roomFor(value);
  for (const { name, value: content } of list) capacity += roomFor(name) + roomFor(content);
  const record = new RecordWriter(capacity);
  record.byte(NO_ATTRIBUTES);
  record.varint(timestampDelta);
  record.varint(offsetDelta);
  record.field(key);
  record.field(value);
  record.varint(list.length);
  for (const { name, value: content } of list) {
    record.field(name);
    record.field(content);
  }
  const buffer = record.finish();
  return { buf: buffer, buffer };
}

function listOf(headers: HeaderMap | OutgoingHeaders): OutgoingHeaders {
  if (isList(headers)) return headers;
  const list: { name: string; value: HeaderValue }[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) for (const one of value as HeaderValue[]) list.push({ name, value: one });
    else if (value !== undefined) list.push({ name, value: value as HeaderValue });
  }
  return list;
}

const isList = (headers: HeaderMap | OutgoingHeaders): headers is OutgoingHeaders => Array.isArray(headers);

function roomFor(field: Buffer | string | null | undefined): number {
  if (field === null || field === undefined) return MAX_VARINT_BYTES;
  const bytes = typeof field === 'string' ? field.length * MAX_BYTES_PER_CODE_UNIT : field.length;
  return MAX_VARINT_BYTES + bytes;
}

/** Writes a record behind the room that its length will take, which is known at the end. */
class RecordWriter {
  private readonly bytes: Buffer;
  private end = MAX_VARINT_BYTES;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafe(MAX_VARINT_BYTES + capacity);
  }

  byte(value: number): void {
    this.bytes[this.end++] = value;
  }

  /** Zigzag, then seven bits a byte, the lowest first, as in Protocol Buffers. */
  varint(value: number): void {
    this.end = writeVarint(this.bytes, this.end, value);
  }

  field(content: Buffer | string | null | undefined): void {
    if (content === null || content === undefined) {
      this.varint(NULL_LENGTH);
    } else if (typeof content === 'string') {
      this.varint(Buffer.byteLength(content));
      this.end += this.bytes.write(content, this.end);
    } else {
      this.varint(content.length);
      this.bytes.set(content, this.end);
      this.end += content.length;
    }
  }

  finish(): Buffer {
    const length = this.end - MAX_VARINT_BYTES;
    const start = MAX_VARINT_BYTES - sizeOfVarint(length);
    writeVarint(this.bytes, start, length);
    return this.bytes.subarray(start, this.end);
  }
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function sizeOfVarint(value: number): number {
  let bytes = 1;
  for (let rest = zigzag(value); rest > 0x7f; rest >>>= 7) bytes++;
  return bytes;
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = zigzag(value);
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}
