import type { BatchSkips } from '../batch-skips/batch-skips.js';
import type { FailingBatches } from '../failing-batches.js';
import type { Logger } from '../../logging/logger.js';
import type { LaneParts } from './partition-lane.js';

export interface HoldingParts {
  readonly context: string;
  readonly failing: FailingBatches;
  readonly skips: BatchSkips;
  readonly log: Logger;
}

/**
 * What becomes of batches that cannot be decoded: each is held, until an operator has asked to skip it.
 *
 * @param isOnlyReader whether nobody else has to follow a note about the topic, so that it may go
 * @param isReplay whether the topic is read from its beginning
 */
export function heldBatches(
  { context, failing, skips, log }: HoldingParts,
  isOnlyReader: (topic: string) => boolean,
  isReplay = false,
): Pick<LaneParts, 'onHeld' | 'isSkipped' | 'onSkipped'> {
  return {
    onHeld: (error) => {
      log.error({ err: error, context, ...error.range }, 'a batch cannot be decoded; its partition waits');
    },
    isSkipped: (error) => {
      failing.failed({ context, ...error.range, isReplay }, error);
      // While the database is away, nobody can have asked.
      return skips.isAskedFor(error.range).catch(() => false);
    },
    onSkipped: async ({ range, message }) => {
      log.warn({ context, ...range, reason: message }, 'a batch was skipped, as was asked for');
      await skips.followed(range, isOnlyReader(range.topic)).catch(() => undefined);
    },
  };
}
