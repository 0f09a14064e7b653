import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { atMost } from '../../at-most.js';
import type { Logger } from '../../logging/logger.js';
import type { PartitionPlace } from '../failing-batches.js';
import type { FetchedBatch } from './fetched-batch.js';
import { inItsGroup } from './kafkajs-restarts.js';
import type { PartitionLane } from './partition-lane.js';
import { lingerAfter } from './reading.js';

/** How often kafkajs is asked to send a heartbeat; it sends one only when the heartbeat interval has passed. */
const HEARTBEAT_CHECK_MS = 1_000;
/** A partition that takes longer than this leaves, as a failing one does. */
const SLOW_MS = 2_000;
const LEAVE_LOOK_MS = 250;
/** Pause after an unexpected error of a lane that has left, before its batch is fetched again. */
const REFETCH_PAUSE_MS = 5_000;
/** Memory that all lanes that have left may hold together; a lane beyond that does not leave, and the fetch waits. */
const MAX_LEFT_BYTES = 32 * 1_048_576;

export interface LanesParts {
  readonly context: string;
  readonly consumer: Pick<Consumer, 'pause' | 'resume'>;
  readonly stopping: AbortSignal;
  readonly log: Logger;
  /** Whether few events are followed by a pause, for others to come together: of use where a batch costs a transaction. */
  readonly lingers: boolean;
}

/**
 * The partitions that a consumer works on, a lane each. kafkajs fetches nothing more, of any partition, until all that it has
 * handed over is processed, so a lane that is slow or fails leaves: its partition is paused, and the others go on.
 */
export class PartitionLanes {
  /** By topic and partition. */
  private readonly lanes = new Map<string, { place: PartitionPlace; lane: PartitionLane }>();
  private readonly left = new Set<PartitionLane>();

  constructor(private readonly parts: LanesParts) {
    parts.stopping.addEventListener('abort', () => {
      for (const { lane } of this.lanes.values()) lane.finish();
    });
  }

  /** Takes away all partitions but those that `keeps` names. */
  takeAway(keeps: (place: PartitionPlace) => boolean = () => false): void {
    for (const { place, lane } of this.lanes.values()) if (!keeps(place)) lane.takeAway();
  }

  /** Resolves once no partition is being processed. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.lanes.values()].map(({ lane }) => lane.settled));
  }

  /**
   * Resolves when kafkajs may fetch on.
   *
   * @param laneFor a lane for the batch; undefined where the batch is not to be processed
   */
  async read(
    { batch, heartbeat, ...group }: Pick<EachBatchPayload, 'batch' | 'heartbeat' | 'isRunning' | 'isStale'>,
    laneFor: (place: PartitionPlace, batch: FetchedBatch) => PartitionLane | undefined,
  ): Promise<void> {
    const { context, stopping, lingers } = this.parts;
    const place = { context, topic: batch.topic, partition: batch.partition };
    const name = `${place.topic}/${place.partition}`;
    // A lane that was taken away may still be at its last attempt.
    await this.lanes.get(name)?.lane.settled.catch(() => undefined);
    // Returning at once would have kafkajs fetch the same batch again and again until it is told to leave the group.
    if (stopping.aborted) return this.settled();
    if (!group.isRunning() || group.isStale()) return;
    const lane = laneFor(place, batch as unknown as FetchedBatch);
    if (lane === undefined) return;
    this.lanes.set(name, { place, lane });
    const settled = lane.settled.finally(() => this.lanes.delete(name));
    await whileBeating(heartbeat, this.untilDoneOrLeft(place, lane, settled));
    if (this.left.has(lane)) return;
    await heartbeat();
    if (lingers) await lingerAfter(lane.events, stopping);
  }

  private async untilDoneOrLeft(
    place: PartitionPlace,
    lane: PartitionLane,
    settled: Promise<void>,
  ): Promise<void> {
    let isDone = false;
    const done = settled.finally(() => (isDone = true));
    await atMost(SLOW_MS, Promise.race([done, lane.troubled]));
    while (!isDone) {
      if (this.mayKeep(lane) && lane.leave()) {
        this.goOnWithout(place, lane, done);
        return;
      }
      await atMost(LEAVE_LOOK_MS, done);
    }
    await done;
  }

  /** One lane may always leave, and more while they are small. */
  private mayKeep(lane: PartitionLane): boolean {
    let bytes = lane.bytes;
    for (const one of this.left) bytes += one.bytes;
    return this.left.size === 0 || bytes <= MAX_LEFT_BYTES;
  }

  private goOnWithout({ topic, partition }: PartitionPlace, lane: PartitionLane, done: Promise<void>): void {
    const { consumer, log, stopping } = this.parts;
    const paused = [{ topic, partitions: [partition] }];
    inItsGroup(() => consumer.pause(paused));
    this.left.add(lane);
    void done
      .catch(async (error: unknown) => {
        log.error(
          { err: error, topic, partition },
          'what was fetched could not be worked on; it is fetched again',
        );
        await sleep(REFETCH_PAUSE_MS, undefined, { signal: stopping }).catch(() => undefined);
      })
      .finally(() => {
        this.left.delete(lane);
        if (!stopping.aborted) inItsGroup(() => consumer.resume(paused));
      });
  }
}

/**
 * Keeps the group membership alive during a write that takes long. A heartbeat that fails, since the group is being
 * rebalanced, is of no consequence here: the next one that is awaited fails as well, and the commit would.
 */
export async function whileBeating(heartbeat: () => Promise<void>, work: Promise<void>): Promise<void> {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_CHECK_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
}
