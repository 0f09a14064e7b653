const MAGIC = 0xfd2fb528;
/** Frames for whoever wrote them; the lowest four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAGIC_BYTES = 4;
const SIZE_BYTES = 4;
const CHECKSUM_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
/** What a block inflates to at most. */
const MAX_BLOCK_BYTES = 131_072;
const RLE_BLOCK = 1;
const COMPRESSED_BLOCK = 2;
const RESERVED_BLOCK = 3;

const SINGLE_SEGMENT = 0x20;
const HAS_CHECKSUM = 0x04;
const LEAST_WINDOW_LOG = 10;

export interface ZstdFrame {
  /** All of it, from the magic number to the checksum. */
  readonly bytes: Buffer;
  /** Each with its header; the checksum is behind the last one. */
  readonly blocks: readonly Buffer[];
  readonly hasChecksum: boolean;
  /** How far back its blocks may refer, and so what whoever inflates it allocates. */
  readonly windowBytes: number;
  /** What it inflates to at most. */
  readonly mostBytes: number;
}

/**
 * The frames that stand one after another (RFC 8878, section 3.1), without those to skip.
 *
 * @throws Error for what is no such frame
 */
export function* framesOf(compressed: Buffer): Generator<ZstdFrame> {
  for (let at = 0; at < compressed.length;) {
    const magic = compressed.readUInt32LE(at);
    if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += MAGIC_BYTES + SIZE_BYTES + compressed.readUInt32LE(at + MAGIC_BYTES);
      continue;
    }
    if (magic !== MAGIC) throw new Error('what should be a Zstandard frame is none');
    const frame = frameAt(compressed, at);
    yield frame;
    at += frame.bytes.length;
  }
}

/** The header of a frame that refers back no farther than `windowBytes` and does not tell its content's size. */
export function headerWithWindow(windowBytes: number, hasChecksum: boolean): Buffer {
  const windowLog = Math.max(LEAST_WINDOW_LOG, Math.ceil(Math.log2(windowBytes)));
  const header = Buffer.alloc(MAGIC_BYTES + 2);
  header.writeUInt32LE(MAGIC);
  header[MAGIC_BYTES] = hasChecksum ? HAS_CHECKSUM : 0;
  header[MAGIC_BYTES + 1] = (windowLog - LEAST_WINDOW_LOG) << 3;
  return header;
}

function frameAt(compressed: Buffer, start: number): ZstdFrame {
  const { headerBytes, windowBytes, hasChecksum } = headerAt(compressed, start + MAGIC_BYTES);
  const blocks: Buffer[] = [];
  let mostBytes = 0;
  let at = start + MAGIC_BYTES + headerBytes;
  for (let isLast = false; !isLast;) {
    const blockStart = at;
    const header = compressed.readUIntLE(at, BLOCK_HEADER_BYTES);
    isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === RESERVED_BLOCK || size > MAX_BLOCK_BYTES) throw new Error('a block of Zstandard is none');
    mostBytes += type === COMPRESSED_BLOCK ? MAX_BLOCK_BYTES : size;
    at += BLOCK_HEADER_BYTES + (type === RLE_BLOCK ? 1 : size);
    if (at > compressed.length) throw new Error('a block of Zstandard is longer than its batch');
    blocks.push(compressed.subarray(blockStart, at));
  }
  const end = at + (hasChecksum ? CHECKSUM_BYTES : 0);
  return { bytes: compressed.subarray(start, end), blocks, hasChecksum, windowBytes, mostBytes };
}

interface FrameHeader {
  readonly headerBytes: number;
  readonly windowBytes: number;
  readonly hasChecksum: boolean;
}

function headerAt(compressed: Buffer, start: number): FrameHeader {
  const descriptor = compressed.readUInt8(start);
  const isSingleSegment = (descriptor & SINGLE_SEGMENT) !== 0;
  let at = start + 1;
  let windowBytes = 0;
  if (!isSingleSegment) {
    const window = compressed.readUInt8(at++);
    const base = 2 ** (LEAST_WINDOW_LOG + (window >> 3));
    windowBytes = base + (base / 8) * (window & 7);
  }
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  if (dictionaryBytes > 0 && compressed.readUIntLE(at, dictionaryBytes) !== 0) {
    throw new Error('a Zstandard frame asks for a dictionary');
  }
  at += dictionaryBytes;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? Number(isSingleSegment) : 2 ** sizeFlag;
  if (isSingleSegment) windowBytes = contentBytesAt(compressed, at, sizeBytes);
  const hasChecksum = (descriptor & HAS_CHECKSUM) !== 0;
  return { headerBytes: at + sizeBytes - start, windowBytes, hasChecksum };
}

function contentBytesAt(compressed: Buffer, at: number, sizeBytes: number): number {
  if (sizeBytes === 8) return Number(compressed.readBigUInt64LE(at));
  return compressed.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
}
