import type { CustomerRecords } from './customer-records.js';
import { placeOf, type RecordPlace } from './record-place.js';
import { CUSTOMER, ROW_MASK } from './slot-columns.js';

/** A record as a snapshot has it. */
export interface TableRecord {
  readonly key: Buffer;
  /** undefined: a tombstone */
  readonly json: Buffer | undefined;
  /** A customer's updatedAt; of a tombstone when it was put, in epoch ms by our own clock. */
  readonly stamp: bigint;
  readonly place: RecordPlace;
}

export interface TableRecords {
  /** Their keys and texts are views, which hold until the next change. */
  readonly records: TableRecord[];
  /** The key to go on after; undefined at the end. */
  readonly last?: Buffer;
}

/** However short they are: a millisecond's work. */
const MOST_SLOTS = 1_024;

/** Some records, about `bytes` of them, that come after a key in the order of bytes. */
export function readRecordsAfter(
  { columns, slabs, sorted }: CustomerRecords,
  after: Buffer | undefined,
  bytes: number,
): TableRecords {
  const records: TableRecord[] = [];
  let left = bytes;
  const slots = sorted.after(after, MOST_SLOTS);
  for (const slot of slots) {
    const chunk = columns.chunk(slot);
    const row = slot & ROW_MASK;
    const key = slabs.keyBytes(chunk.address[row]!);
    const json = chunk.state[row] === CUSTOMER ? slabs.textBytes(chunk.address[row]!) : undefined;
    records.push({ key, json, stamp: chunk.stamp[row]!, place: placeOf(chunk, row) });
    left -= key.length + (json?.length ?? 0);
    if (left <= 0 || slot === slots.at(-1)) return { records, last: Buffer.from(key) };
  }
  return { records };
}
