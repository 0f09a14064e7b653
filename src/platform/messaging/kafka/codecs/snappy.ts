import { tooLarge } from './inflation-limit.js';

/** What snappy-java puts before blocks of its own, with two versions of four bytes behind it. */
const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1');
const XERIAL_HEADER_BYTES = 16;
const LENGTH_BYTES = 4;

/** Raw Snappy as most clients write it, or the framing of snappy-java, which those in Java use. */
export async function* snappyInflated(compressed: Buffer, maxBytes: number): AsyncGenerator<Buffer> {
  const { uncompressSync } = await import('snappy');
  const inflate = (block: Buffer): Buffer => {
    if (lengthOf(block) > maxBytes) throw tooLarge(maxBytes);
    return uncompressSync(block, { asBuffer: true }) as Buffer;
  };
  if (!compressed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    yield inflate(compressed);
    return;
  }
  for (let at = XERIAL_HEADER_BYTES; at < compressed.length;) {
    const start = at + LENGTH_BYTES;
    const end = start + compressed.readInt32BE(at);
    if (end < start || end > compressed.length) throw new Error('a block of Snappy is longer than its batch');
    yield inflate(compressed.subarray(start, end));
    at = end;
  }
}

/** A block begins with the length of what it inflates to, seven bits a byte, the lowest first. */
function lengthOf(block: Buffer): number {
  let length = 0;
  for (let at = 0, factor = 1; at < 5; at++, factor *= 128) {
    const byte = block[at] ?? 0;
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return length;
}
