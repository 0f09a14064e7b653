import { inflated } from './codecs/inflation.js';
import { checksumFault, type RecordBatch, recordsOf } from './record-batch.js';
import { type DecodedRecord, decodeRecord } from './record-decoding.js';

/** What is inflated before its records are read, unless a single one is larger. */
const WINDOW_BYTES = 1_048_576;
/**
 * A record that was inflated is in memory several times before it is stored or a dead letter, and the bytes of its batch
 * do not bound it.
 */
const MAX_INFLATED_RECORD_BYTES = 16 * 1_048_576;
/** Seven bits a byte. */
const MAX_LENGTH_BYTES = 5;

/**
 * Reads the records of a batch, some at a time, and inflates no more than is needed for those.
 *
 * @param maxBytes what a compressed batch may inflate to
 * @throws Error, also after some records, when the batch is not what Kafka's message format 2 says
 */
export async function* readRecords(batch: RecordBatch, maxBytes: number): AsyncGenerator<DecodedRecord[]> {
  const fault = batch.fault ?? checksumFault(batch);
  if (fault !== undefined) throw new Error(fault);
  const reader = new WindowReader(batch);
  if (batch.codec === 0) {
    const whole = recordsOf(batch);
    const records = reader.take(whole);
    reader.expectEnd(whole.length);
    if (records.length > 0) yield records;
    return;
  }
  if (batch.recordCount <= 0) return;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let neededBytes = WINDOW_BYTES;
  for await (const piece of inflated(batch.codec, recordsOf(batch), maxBytes)) {
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes < neededBytes) continue;
    const window = joined(held);
    const records = reader.take(window);
    if (records.length > 0) yield records;
    held = [window.subarray(reader.takenBytes)];
    heldBytes = held[0]!.length;
    neededBytes = Math.max(WINDOW_BYTES, reader.neededBytes);
  }
  const last = joined(held);
  const records = reader.take(last);
  reader.expectEnd(last.length);
  if (records.length > 0) yield records;
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** Takes the records off windows on a batch, in their order. */
class WindowReader {
  /** Of the window that was read last: what belongs to the records that were taken. */
  takenBytes = 0;
  /** From there on: what the next record needs. */
  neededBytes = 0;
  private left: number;

  constructor(private readonly batch: RecordBatch) {
    this.left = batch.recordCount;
  }

  /** The records that the window holds as a whole. */
  take(window: Buffer): DecodedRecord[] {
    const records: DecodedRecord[] = [];
    this.takenBytes = 0;
    this.neededBytes = 1;
    while (this.left > 0 && this.takenBytes < window.length) {
      const { length, bytes: lengthBytes } = lengthAt(window, this.takenBytes);
      if (this.batch.codec !== 0 && length > MAX_INFLATED_RECORD_BYTES) {
        throw new RangeError(
          `one of its records has ${length} bytes, of ${MAX_INFLATED_RECORD_BYTES} at most`,
        );
      }
      const start = this.takenBytes + lengthBytes;
      this.neededBytes = lengthBytes + length;
      if (lengthBytes === 0 || start + length > window.length) break;
      records.push(this.decode(window.subarray(start, start + length)));
      this.takenBytes = start + length;
      this.left--;
    }
    return records;
  }

  /** @throws Error unless all records were taken, and nothing stands behind them */
  expectEnd(windowBytes: number): void {
    if (this.left > 0) throw new Error(`${this.left} of its ${this.batch.recordCount} records are missing`);
    if (this.takenBytes < windowBytes) throw new Error('something stands behind its last record');
  }

  private decode(buffer: Buffer): DecodedRecord {
    const bytes = { buffer, offset: 0 };
    const record = decodeRecord(bytes, this.batch.context);
    if (bytes.offset !== buffer.length) throw new Error('a record is not as long as it says');
    return record;
  }
}

/** A varint with zigzag, as in Protocol Buffers. `bytes` is 0 when the window ends within it. */
function lengthAt(window: Buffer, start: number): { length: number; bytes: number } {
  let value = 0;
  for (let bytes = 1, factor = 1; bytes <= MAX_LENGTH_BYTES; bytes++, factor *= 128) {
    const byte = window[start + bytes - 1];
    if (byte === undefined) return { length: 1, bytes: 0 };
    value += (byte & 0x7f) * factor;
    if (byte >= 0x80) continue;
    if (value % 2 === 1) break;
    return { length: value / 2, bytes };
  }
  throw new Error('the length of a record is none');
}
