import { createGunzip, gunzipSync } from 'node:zlib';

const PIECE_BYTES = 256 * 1_024;
/** Making a stream takes longer than inflating so little. */
const FEW_COMPRESSED_BYTES = 16 * 1_024;

/** RFC 1952, members one after the other among it. */
export async function* gzipInflated(compressed: Buffer): AsyncGenerator<Buffer> {
  if (compressed.length <= FEW_COMPRESSED_BYTES) {
    const whole = inflateFew(compressed);
    if (whole !== undefined) {
      yield whole;
      return;
    }
  }
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  gunzip.end(compressed);
  yield* gunzip as AsyncIterable<Buffer>;
}

function inflateFew(compressed: Buffer): Buffer | undefined {
  try {
    return gunzipSync(compressed, { maxOutputLength: PIECE_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
