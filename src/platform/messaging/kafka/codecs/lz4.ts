const MAGIC = 0x184d2204;
/** Frames for whoever wrote them; the lowest four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAGIC_BYTES = 4;
const SIZE_BYTES = 4;
const CHECKSUM_BYTES = 4;

const INDEPENDENT_BLOCKS = 0x20;
const BLOCK_CHECKSUMS = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY_ID = 0x01;
/** Of a block's size: the block is not compressed. */
const STORED = 0x8000_0000;
/** How far back a block may refer into those before it. */
const WINDOW_BYTES = 65_536;

/**
 * LZ4 frames, one or several (lz4_Frame_format.md 1.6.4), a block at a time. Its checksums are passed over: that of the
 * batch is over the same bytes, and old clients of Kafka have the one of the header wrong.
 */
export async function* lz4Inflated(compressed: Buffer): AsyncGenerator<Buffer> {
  const { uncompressSync } = await import('lz4-napi');
  for (let at = 0; at < compressed.length;) {
    const magic = compressed.readUInt32LE(at);
    at += MAGIC_BYTES;
    if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += SIZE_BYTES + compressed.readUInt32LE(at);
      continue;
    }
    if (magic !== MAGIC) throw new Error('what should be an LZ4 frame is none');
    const flags = compressed.readUInt8(at);
    const maxBlockBytes = 1 << (8 + 2 * ((compressed.readUInt8(at + 1) >> 4) & 7));
    if (flags & DICTIONARY_ID) throw new Error('an LZ4 frame asks for a dictionary');
    at += 3 + (flags & CONTENT_SIZE ? 8 : 0);
    let window: Buffer | undefined = undefined;
    for (;;) {
      const size = compressed.readUInt32LE(at);
      at += SIZE_BYTES;
      if (size === 0) break;
      const length = size & ~STORED;
      if (at + length > compressed.length) throw new Error('a block of LZ4 is longer than its batch');
      const block = compressed.subarray(at, at + length);
      at += length + (flags & BLOCK_CHECKSUMS ? CHECKSUM_BYTES : 0);
      const piece: Buffer =
        size & STORED ? block : uncompressSync(withMostBytes(block, maxBlockBytes), window);
      yield piece;
      if (!(flags & INDEPENDENT_BLOCKS)) window = windowBehind(window, piece);
    }
    if (flags & CONTENT_CHECKSUM) at += CHECKSUM_BYTES;
  }
}

/** As the package takes it: behind the most that it may inflate to. */
function withMostBytes(block: Buffer, maxBytes: number): Buffer {
  const sized = Buffer.allocUnsafe(SIZE_BYTES + block.length);
  sized.writeUInt32LE(maxBytes);
  sized.set(block, SIZE_BYTES);
  return sized;
}

function windowBehind(window: Buffer | undefined, piece: Buffer): Buffer {
  if (window === undefined || piece.length >= WINDOW_BYTES) return piece.subarray(-WINDOW_BYTES);
  return Buffer.concat([window, piece]).subarray(-WINDOW_BYTES);
}
