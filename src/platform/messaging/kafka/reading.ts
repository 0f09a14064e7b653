import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload } from 'kafkajs';
import type { Environment } from '../../config/environment.js';
import type { PartitionPlace } from '../failing-batches.js';
import type { BatchHandler } from '../received-event.js';
import { eventOf } from './event-of-record.js';
import type { FetchedBatch, PartLimits } from './fetched-batch.js';

/** A fetch of fewer events than this is followed by the linger pause. */
const FEW_EVENTS = 200;
/**
 * The pause lets events accumulate, so that they are fetched, written and committed together: even the smallest batch
 * costs a transaction and an offset commit. The first events after a silence, and a backlog, do not wait.
 */
const LINGER_MS = 20;
/** Most bytes handed to a handler at once; a single larger event is handed over alone. */
const MAX_PART_BYTES = 4 * 1_048_576;

export function limitsOf(environment: Environment): PartLimits {
  return {
    maxEvents: environment.CONSUMER_BATCH_MAX_EVENTS,
    maxInflatedBytes: environment.CONSUMER_BATCH_MAX_BYTES,
    maxBytes: MAX_PART_BYTES,
  };
}

/** Pauses after a small batch. */
export async function lingerAfter(events: number, stopping: AbortSignal): Promise<void> {
  if (events < FEW_EVENTS && !stopping.aborted) await sleep(LINGER_MS);
}

/**
 * Hands a fetched batch to a handler that skips what it fails on, a part at a time.
 *
 * @returns how many events there were
 * @throws UndecodableBatchError after the last part that can be decoded was handed over
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
