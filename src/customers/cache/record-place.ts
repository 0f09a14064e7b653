import { type ColumnChunk, FREE } from './slot-columns.js';

/** Where a record stands in the topic. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: number;
  /** The record's timestamp, 64 bits as Kafka has it. */
  readonly time: bigint;
}

/**
 * Whether a record counts rather than the one that a row holds. In one partition the higher offset wins; of two partitions the
 * later time, and of equal times the higher partition. So all replicas hold the same, in whatever order they read the partitions.
 */
export function isLater(chunk: ColumnChunk, row: number, { partition, offset, time }: RecordPlace): boolean {
  const heldPartition = chunk.partition[row]!;
  if (partition === heldPartition) return offset > chunk.offset[row]!;
  const heldTime = chunk.time[row]!;
  return time > heldTime || (time === heldTime && partition > heldPartition);
}

/**
 * Puts a record that counts in its row's place. It takes over a later time of its own partition: else, where times go back within
 * a partition, a record of another one would win or lose by the order in which the partitions are read.
 */
export function setPlace(chunk: ColumnChunk, row: number, place: RecordPlace): void {
  const continues = chunk.state[row] !== FREE && chunk.partition[row] === place.partition;
  if (!continues || chunk.time[row]! < place.time) chunk.time[row] = place.time;
  chunk.partition[row] = place.partition;
  chunk.offset[row] = place.offset;
}

export function placeOf(chunk: ColumnChunk, row: number): RecordPlace {
  return { partition: chunk.partition[row]!, offset: chunk.offset[row]!, time: chunk.time[row]! };
}
