import { createRequire } from 'node:module';
import type { FetchedRecord } from './event-of-record.js';
import type { FetchedRecords } from './fetched-batch.js';
import { splitRecordBatches } from './record-batch.js';

/** What kafkajs gives its decoder of a partition's records: the whole answer, and where they are read. */
interface AnswerBytes {
  readInt32(): number;
  canReadBytes(length: number): boolean;
  readBytes(length: number): Buffer;
}

/** The same in all formats. */
const MAGIC_AT = 16;
const FIRST_MAGIC_OF_BATCHES = 2;

/**
 * Takes a partition's records out of the answer to a fetch and leaves them as they are: they are decoded when they are
 * handled, see `FetchedBatch`. They are copied, so that a partition which waits does not keep those of the others in memory.
 */
export async function decodeMessages(answer: AnswerBytes): Promise<FetchedRecords> {
  const length = answer.readInt32();
  if (length <= 0 || !answer.canReadBytes(length)) return [];
  const bytes = Buffer.from(answer.readBytes(length));
  if (bytes.length <= MAGIC_AT || bytes[MAGIC_AT]! >= FIRST_MAGIC_OF_BATCHES) {
    return splitRecordBatches(bytes);
  }
  const require = createRequire(import.meta.url);
  type Decode = (bytes: object, length: number) => Promise<FetchedRecord[]>;
  const decodeMessageSet = require('kafkajs/src/protocol/messageSet/decoder.js') as Decode;
  const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;
  return decodeMessageSet(new Decoder(bytes), bytes.length);
}
