import { randomBytes } from 'node:crypto';

/** Nobody can choose ids whose hashes collide without knowing it. */
const SEED = randomBytes(8);
const SEED_LOW = SEED.readInt32LE(0);
const SEED_HIGH = SEED.readInt32LE(4);

/** Of the first `length` bytes. @returns 32 bits, unsigned; another in each process */
export function keyHash(bytes: Uint8Array, length: number): number {
  return halfSipHash13(bytes, length, SEED_LOW, SEED_HIGH);
}

/**
 * HalfSipHash-1-3 with 32 bits of output, by J.-P. Aumasson and D. J. Bernstein (https://github.com/veorq/SipHash): a keyed
 * hash for hash tables, made of operations on 32 bits.
 */
export function halfSipHash13(bytes: Uint8Array, length: number, keyLow: number, keyHigh: number): number {
  let v0 = keyLow;
  let v1 = keyHigh;
  let v2 = 0x6c796765 ^ keyLow;
  let v3 = 0x74656462 ^ keyHigh;
  const wholeWords = length >>> 2;
  // A round for each word of the message, one for its rest with its length, and three that end it.
  const rounds = wholeWords + 4;
  for (let round = 0; round < rounds; round++) {
    let word = 0;
    if (round < wholeWords) word = wordAt(bytes, round << 2);
    else if (round === wholeWords) word = lastWord(bytes, length);
    else if (round === wholeWords + 1) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return (v1 ^ v3) >>> 0;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** The bytes that fill no word, and in the highest byte the length. */
function lastWord(bytes: Uint8Array, length: number): number {
  let word = length << 24;
  const start = length & ~3;
  for (let at = start; at < length; at++) word |= bytes[at]! << ((at - start) << 3);
  return word;
}
