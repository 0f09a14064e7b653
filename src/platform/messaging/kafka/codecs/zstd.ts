import * as zlib from 'node:zlib';
import { framesOf, headerWithWindow, type ZstdFrame } from './zstd-frames.js';

/** What Node's own has from 22.15 on. */
interface ZlibWithZstd {
  readonly constants: { readonly ZSTD_d_windowLogMax: number };
  createZstdDecompress?(options: object): NodeJS.WritableStream & AsyncIterable<Buffer>;
  zstdCompressSync?(bytes: Buffer): Buffer;
}
const { constants, createZstdDecompress, zstdCompressSync } = zlib as unknown as ZlibWithZstd;

const PIECE_BYTES = 256 * 1_024;
/** 128 MiB is what `zstd --ultra -22` makes, and the most that zstd-jni, and so Kafka's own client, reads. */
const MAX_WINDOW_LOG = 27;
/** fzstd allocates the window at once, and moves all of it for each block. */
const MAX_WINDOW_BYTES_OF_FZSTD = 32 * 1_048_576;

/** Zstandard (RFC 8878), whether it tells its content's size or not, frames one after the other among it. */
export async function* zstdInflated(compressed: Buffer): AsyncGenerator<Buffer> {
  for (const frame of framesOf(compressed)) {
    if (createZstdDecompress === undefined) {
      yield* inflatedByFzstd(frame);
      continue;
    }
    const params = { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG };
    const stream = createZstdDecompress({ chunkSize: PIECE_BYTES, params });
    stream.end(frame.bytes);
    yield* stream;
  }
}

/** For Node 20, which has no Zstandard. */
export async function* inflatedByFzstd(frame: ZstdFrame): AsyncGenerator<Buffer> {
  const { blocks, hasChecksum } = frame;
  // What a frame says of itself need not be so.
  const windowBytes = Math.max(1, Math.min(frame.windowBytes, frame.mostBytes));
  if (windowBytes > MAX_WINDOW_BYTES_OF_FZSTD) {
    throw new Error(`a Zstandard frame asks for a window of ${windowBytes} bytes; Node 22.15 reads it`);
  }
  const { Decompress } = await import('fzstd');
  let pieces: Uint8Array[] = [];
  const stream = new Decompress((piece) => pieces.push(piece));
  stream.push(headerWithWindow(windowBytes, hasChecksum), false);
  for (const [index, block] of blocks.entries()) {
    pieces = [];
    const isLast = index === blocks.length - 1;
    stream.push(isLast ? withChecksum(block, frame) : block, isLast);
    // None, or that of the block, or an empty one behind that of the last block.
    const [piece] = pieces;
    yield piece === undefined ? EMPTY : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  }
}

const EMPTY = Buffer.alloc(0);

function withChecksum(block: Buffer, { bytes, hasChecksum }: ZstdFrame): Buffer {
  return hasChecksum ? Buffer.concat([block, bytes.subarray(-4)]) : block;
}

/** One frame, with the content's size. */
export async function zstdCompressed(bytes: Buffer): Promise<Buffer> {
  if (zstdCompressSync !== undefined) return zstdCompressSync(bytes);
  const { Zstd } = await import('@hpcc-js/wasm-zstd');
  return Buffer.from((await Zstd.load()).compress(bytes));
}
