import type { TableRecord } from './table-record.js';

/**
 * Ahead of a record's key and text, little-endian: the lengths of both in 32 bits each, the partition in 32, and in 64 each the
 * offset, the time, and the updatedAt or when the tombstone was put.
 */
const RECORD_HEADER_BYTES = 36;
/** The length of a text that is not there: the record is a tombstone. */
const NO_TEXT = 0xffff_ffff;

export function encodeRecords(records: readonly TableRecord[]): Buffer {
  let length = 0;
  for (const { key, json } of records) length += RECORD_HEADER_BYTES + key.length + (json?.length ?? 0);
  const block = Buffer.allocUnsafe(length);
  let at = 0;
  for (const { key, json, stamp, place } of records) {
    block.writeUInt32LE(key.length, at);
    block.writeUInt32LE(json?.length ?? NO_TEXT, at + 4);
    block.writeInt32LE(place.partition, at + 8);
    block.writeDoubleLE(place.offset, at + 12);
    block.writeBigInt64LE(place.time, at + 20);
    block.writeBigInt64LE(stamp, at + 28);
    at += RECORD_HEADER_BYTES;
    at += key.copy(block, at);
    if (json !== undefined) at += json.copy(block, at);
  }
  return block;
}

/** @returns views of the block */
export function* decodeRecords(block: Buffer): Generator<TableRecord> {
  for (let at = 0; at < block.length;) {
    const keyLength = block.readUInt32LE(at);
    const textLength = block.readUInt32LE(at + 4);
    const place = {
      partition: block.readInt32LE(at + 8),
      offset: block.readDoubleLE(at + 12),
      time: block.readBigInt64LE(at + 20),
    };
    const stamp = block.readBigInt64LE(at + 28);
    const keyStart = at + RECORD_HEADER_BYTES;
    const textStart = keyStart + keyLength;
    const key = block.subarray(keyStart, textStart);
    at = textLength === NO_TEXT ? textStart : textStart + textLength;
    yield { key, json: textLength === NO_TEXT ? undefined : block.subarray(textStart, at), stamp, place };
  }
}
