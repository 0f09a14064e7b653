import type { OffsetRange } from '../batch-skips/batch-skips.js';

/** A record batch that is not what Kafka's format says, or is compressed by nobody knows what: reading it again will not help. */
export class UndecodableBatchError extends Error {
  override readonly name = 'UndecodableBatchError';

  constructor(
    readonly range: OffsetRange,
    cause: Error,
  ) {
    super(`the batch cannot be decoded: ${cause.message}`, { cause });
  }
}
