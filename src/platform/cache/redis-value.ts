import type { CacheEntry } from './cache-entry.js';

/**
 * How an entry stands in Redis, all numbers big-endian:
 *
 * | bytes | |
 * |---|---|
 * | 0-2 | `W` `C` and the format's number, 1 |
 * | 3 | 0: an entry; 1: a guard, put in place of an entry by an invalidation, which ends at byte 12 |
 * | 4-11 | version, IEEE 754 double (exact for safe integers, and Redis' Lua knows no other number); a guard's -1: no version |
 * | 12-13, 14-15, 16-19 | lengths in bytes of key, ETag, body |
 * | 20- | key, ETag (UTF-8), body |
 *
 * The scripts in `redis-scripts.ts` read and write the first 12 bytes; nothing else knows the format.
 */
const HEADER_BYTES = 20;
const GUARD_BYTES = 12;
const MAX_SHORT_LENGTH = 0xffff;

/** The first three bytes of every value; another program's value, or another format's, does not begin with them. */
export const MAGIC = 'WC\x01';
export const KIND_ENTRY = 0;
export const KIND_GUARD = 1;

export function encodeEntry(key: string, entry: CacheEntry): Buffer {
  const keyBytes = Buffer.byteLength(key);
  const etagBytes = Buffer.byteLength(entry.etag);
  if (keyBytes > MAX_SHORT_LENGTH || etagBytes > MAX_SHORT_LENGTH) {
    throw new RangeError(`key and ETag of a cached value are at most ${MAX_SHORT_LENGTH} bytes each`);
  }
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + keyBytes + etagBytes + entry.body.byteLength);
  bytes.write(MAGIC, 0, 'latin1');
  bytes[3] = KIND_ENTRY;
  bytes.writeDoubleBE(entry.version, 4);
  bytes.writeUInt16BE(keyBytes, 12);
  bytes.writeUInt16BE(etagBytes, 14);
  bytes.writeUInt32BE(entry.body.byteLength, 16);
  bytes.write(key, HEADER_BYTES);
  bytes.write(entry.etag, HEADER_BYTES + keyBytes);
  entry.body.copy(bytes, HEADER_BYTES + keyBytes + etagBytes);
  return bytes;
}

/**
 * The entry that the bytes hold for this key; undefined for a guard; `broken` for anything else: another program's
 * value, a cut-off one, one that stands under a wrong key. The body is a window on the bytes given.
 */
export function decodeEntry(key: string, bytes: Buffer): CacheEntry | undefined | 'broken' {
  if (bytes.byteLength < GUARD_BYTES || bytes.toString('latin1', 0, 3) !== MAGIC) return 'broken';
  const kind = bytes[3];
  if (kind === KIND_GUARD) return bytes.byteLength === GUARD_BYTES ? undefined : 'broken';
  if (kind !== KIND_ENTRY || bytes.byteLength < HEADER_BYTES) return 'broken';
  const version = bytes.readDoubleBE(4);
  const etagStart = HEADER_BYTES + bytes.readUInt16BE(12);
  const bodyStart = etagStart + bytes.readUInt16BE(14);
  if (!Number.isSafeInteger(version) || version < 0) return 'broken';
  if (bodyStart + bytes.readUInt32BE(16) !== bytes.byteLength) return 'broken';
  if (bytes.toString('utf8', HEADER_BYTES, etagStart) !== key) return 'broken';
  return { version, etag: bytes.toString('utf8', etagStart, bodyStart), body: bytes.subarray(bodyStart) };
}
