import { crc32c } from './crc32c.js';
import type { BatchContext } from './record-decoding.js';

/** Where each field of a record batch stands (KIP-98), from its first offset on. */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const FIRST_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const COUNT_AT = 57;
const RECORDS_AT = 61;
/** The length counts from behind itself. */
const LENGTH_END = 12;

const MAGIC = 2;
const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** A record batch as the broker sent it. Nothing of its records has been read, or even inflated. */
export interface RecordBatch {
  readonly firstOffset: number;
  /** Of the last record that it was written with; compaction may have removed that since. */
  readonly lastOffset: number;
  readonly codec: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly producerId: bigint;
  readonly recordCount: number;
  readonly context: BatchContext;
  readonly bytes: Buffer;
  /** Why it cannot be read, when its very header says so. */
  readonly fault?: string;
}

/**
 * The batches of a partition that one fetch has brought. The last one is left out when the broker has cut it off, unless
 * it is the only one: a broker sends the first batch whole, however large it is.
 *
 * @throws nothing: a batch whose header is wrong is one with a `fault`, and the last of the list
 */
export function splitRecordBatches(bytes: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    const end = rest.length < LENGTH_END ? Infinity : LENGTH_END + rest.readInt32BE(LENGTH_AT);
    if (end > rest.length && batches.length > 0) break;
    const fault = faultOf(rest, end);
    if (fault !== undefined) {
      batches.push(unreadable(rest, fault));
      break;
    }
    batches.push(headerOf(rest.subarray(0, end)));
    at += end;
  }
  return batches;
}

/** Undefined for a batch whose bytes are those that its writer sent. */
export function checksumFault({ bytes }: RecordBatch): string | undefined {
  const isIntact = crc32c(bytes.subarray(ATTRIBUTES_AT)) === bytes.readUInt32BE(CRC_AT);
  return isIntact ? undefined : 'its checksum is not that of its bytes';
}

export function recordsOf({ bytes }: RecordBatch): Buffer {
  return bytes.subarray(RECORDS_AT);
}

function faultOf(bytes: Buffer, end: number): string | undefined {
  if (end > bytes.length) return `the broker sent ${bytes.length} bytes of it`;
  if (bytes.length > MAGIC_AT && bytes[MAGIC_AT] !== MAGIC)
    return `its format ${bytes[MAGIC_AT]} is not known`;
  if (end < RECORDS_AT) return `its length is ${end - LENGTH_END}`;
  return undefined;
}

function headerOf(bytes: Buffer): RecordBatch {
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  const firstOffset = Number(bytes.readBigInt64BE(0));
  const isControl = (attributes & CONTROL) !== 0;
  return {
    firstOffset,
    lastOffset: firstOffset + bytes.readInt32BE(LAST_OFFSET_DELTA_AT),
    codec: attributes & CODEC,
    isTransactional: (attributes & TRANSACTIONAL) !== 0,
    isControl,
    producerId: bytes.readBigInt64BE(PRODUCER_ID_AT),
    recordCount: bytes.readInt32BE(COUNT_AT),
    context: {
      firstOffset: String(firstOffset),
      firstTimestamp: bytes.readBigInt64BE(FIRST_TIMESTAMP_AT).toString(),
      maxTimestamp: bytes.readBigInt64BE(MAX_TIMESTAMP_AT).toString(),
      magicByte: MAGIC,
      timestampType: attributes & LOG_APPEND_TIME ? 1 : 0,
      isControlBatch: isControl,
    },
    bytes,
  };
}

const NO_CONTEXT: BatchContext = {
  firstOffset: '0',
  firstTimestamp: '0',
  maxTimestamp: '0',
  magicByte: MAGIC,
  timestampType: 0,
  isControlBatch: false,
};

/** Where it begins stands at the same place in all formats. */
function unreadable(bytes: Buffer, fault: string): RecordBatch {
  const firstOffset = bytes.length < LENGTH_AT ? 0 : Number(bytes.readBigInt64BE(0));
  return {
    firstOffset,
    lastOffset: firstOffset,
    codec: 0,
    isTransactional: false,
    isControl: false,
    producerId: -1n,
    recordCount: 0,
    context: NO_CONTEXT,
    bytes,
    fault,
  };
}
