import { inflated } from './inflation.js';
import { zstdCompressed } from './zstd.js';

/** What kafkajs asks of a codec. */
export interface KafkajsCodec {
  compress(records: { readonly buffer: Buffer }): Promise<Buffer>;
  /** Only of messages in a format that is older than record batches. */
  decompress(compressed: Buffer): Promise<Buffer>;
}

const [SNAPPY, LZ4, ZSTD] = [2, 3, 4] as const;
const MAX_OLD_MESSAGE_BYTES = 64 * 1_048_576;

/** The codecs that kafkajs knows of and does not bring along, by their numbers. */
export const KAFKAJS_CODECS: Readonly<Record<number, KafkajsCodec>> = {
  [SNAPPY]: {
    compress: async ({ buffer }) => (await import('snappy')).compressSync(buffer),
    decompress: (compressed) => wholeOf(SNAPPY, compressed),
  },
  [LZ4]: {
    compress: async ({ buffer }) => (await import('lz4-napi')).compressFrameSync(buffer),
    decompress: (compressed) => wholeOf(LZ4, compressed),
  },
  [ZSTD]: {
    compress: ({ buffer }) => zstdCompressed(buffer),
    decompress: (compressed) => wholeOf(ZSTD, compressed),
  },
};

async function wholeOf(codec: number, compressed: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of inflated(codec, compressed, MAX_OLD_MESSAGE_BYTES)) pieces.push(piece);
  return Buffer.concat(pieces);
}
