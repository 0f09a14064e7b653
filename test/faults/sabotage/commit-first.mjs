/**
 * Loaded into the program by `node --import`, to show that the suite notices: offsets are committed before anything is
 * written, as a consumer with auto-commit does.
 */
import { KafkaBatchReader } from '../../../dist/src/platform/messaging/kafka/kafka-batch-reader.js';

const read = KafkaBatchReader.prototype.read;

KafkaBatchReader.prototype.read = async function readAfterCommitting(payload) {
  const { topic, partition } = payload.batch;
  const offset = String(BigInt(payload.batch.lastOffset()) + 1n);
  await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
  // A part that is stored would take the offset back to its own end.
  return read.call(this, { ...payload, commitOffsetsIfNecessary: async () => undefined });
};
