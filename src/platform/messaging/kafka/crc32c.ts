/** Castagnoli's polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const BYTES_AT_ONCE = 8;

/** A table for each of the bytes that are taken at once ("slicing by 8", Kounavis and Berry 2005), one after another. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(BYTES_AT_ONCE * 256);
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
    tables[byte] = rest;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256]!;
    tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}

/**
 * The checksum of a record batch (RFC 3720, appendix B.4), as an unsigned number of 32 bits. Every batch that is read
 * passes through here, and kafkajs's own takes three times as long.
 */
export function crc32c(bytes: Uint8Array): number {
  const tables = TABLES;
  let crc = -1;
  let at = 0;
  for (const last = bytes.length - BYTES_AT_ONCE; at <= last; at += BYTES_AT_ONCE) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      tables[1792 + (crc & 0xff)]! ^
      tables[1536 + ((crc >>> 8) & 0xff)]! ^
      tables[1280 + ((crc >>> 16) & 0xff)]! ^
      tables[1024 + (crc >>> 24)]! ^
      tables[768 + bytes[at + 4]!]! ^
      tables[512 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
