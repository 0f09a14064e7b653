import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload } from 'kafkajs';
import type { Environment } from '../../config/environment.js';
import type { PartitionPlace } from '../failing-batches.js';
import type { BatchHandler } from '../received-event.js';
import { eventOf } from './event-of-record.js';
import type { FetchedBatch, PartLimits } from './fetched-batch.js';

/** A fetch that brought fewer events than this is followed by a pause. */
const FEW_EVENTS = 200;
/**
 * How long, so that what comes meanwhile is fetched, written and committed together. The first events after a silence
 * are taken at once, and a backlog is not held up. Each batch costs a transaction and a commit of its offset, however
 * small it is, and a broadcast at least a fetch.
 */
const LINGER_MS = 20;
/** What is handed over at once, unless a single event is larger. */
const MAX_PART_BYTES = 4 * 1_048_576;

export function limitsOf(environment: Environment): PartLimits {
  return {
    maxEvents: environment.CONSUMER_BATCH_MAX_EVENTS,
    maxInflatedBytes: environment.CONSUMER_BATCH_MAX_BYTES,
    maxBytes: MAX_PART_BYTES,
  };
}

/** The pause behind a batch. */
export async function lingerAfter(events: number, stopping: AbortSignal): Promise<void> {
  if (events < FEW_EVENTS && !stopping.aborted) await sleep(LINGER_MS);
}

/**
 * Hands all that was fetched to a handler that passes over what it fails on.
 *
 * @returns how many events there were
 * @throws UndecodableBatchError behind the last part that can be read
 */
export async function handOver(
  { batch, heartbeat }: Pick<EachBatchPayload, 'batch' | 'heartbeat'>,
  place: PartitionPlace,
  limits: PartLimits,
  handler: BatchHandler,
): Promise<number> {
  let events = 0;
  for await (const { records } of (batch as unknown as FetchedBatch).parts(limits)) {
    if (records.length === 0) continue;
    events += records.length;
    await handler(records.map((record) => eventOf(place, record)));
    await heartbeat();
  }
  return events;
}
