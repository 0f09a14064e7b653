import { nextTurn } from '../../../event-loop-turns.js';
import { gzipInflated } from './gzip.js';
import { tooLarge } from './inflation-limit.js';
import { lz4Inflated } from './lz4.js';
import { snappyInflated } from './snappy.js';
import { zstdInflated } from './zstd.js';

/** What a codec makes of compressed bytes, a piece at a time, so that nobody has to hold all of it. */
export type Inflated = Iterable<Buffer> | AsyncIterable<Buffer>;

/** `maxBytes` bounds what has to be made at once, where a format has no smaller pieces. */
type Inflate = (compressed: Buffer, maxBytes: number) => Inflated;

/** By the number that Kafka gives a codec in the attributes of a batch (KIP-98, KIP-110). */
const CODECS: readonly (Inflate | undefined)[] = [
  undefined,
  gzipInflated,
  snappyInflated,
  lz4Inflated,
  zstdInflated,
];

/** Small pieces are made one after another without a turn of the event loop between them. */
const LONGEST_TURN_MS = 5;

/**
 * Inflates the records of a batch. Reading on throws an Error when the bytes are not what the codec writes, and a
 * RangeError once they are more than `maxBytes`.
 *
 * @param codec the lowest three bits of the attributes of a batch, not 0
 */
export async function* inflated(codec: number, compressed: Buffer, maxBytes: number): AsyncGenerator<Buffer> {
  const inflate = CODECS[codec];
  if (inflate === undefined) throw new Error(`the compression codec ${codec} is not known`);
  let bytes = 0;
  let turnBeganAt = performance.now();
  for await (const piece of inflate(compressed, maxBytes)) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    if (piece.length > 0) yield piece;
    if (performance.now() - turnBeganAt < LONGEST_TURN_MS) continue;
    await nextTurn('background');
    turnBeganAt = performance.now();
  }
}
