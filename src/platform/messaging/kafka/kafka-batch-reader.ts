import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { atMost } from '../../at-most.js';
import type { BatchRunner } from '../batch-runner.js';
import type { BatchSkips } from '../batch-skips/batch-skips.js';
import type { FailingBatches, PartitionPlace } from '../failing-batches.js';
import type { Logger } from '../../logging/logger.js';
import { eventOf } from './event-of-record.js';
import type { FetchedBatch, PartLimits } from './fetched-batch.js';
import { PartitionLane } from './partition-lane.js';
import { lingerAfter } from './reading.js';
import { Semaphore } from '../semaphore.js';
import { type UndecodableBatchError } from './undecodable-batch.error.js';

/** How often kafkajs is asked to send a heartbeat; it sends one only when the heartbeat interval has passed. */
const HEARTBEAT_CHECK_MS = 1_000;
/** A partition that takes longer than this leaves, as a failing one does. */
const SLOW_MS = 2_000;
const LEAVE_LOOK_MS = 250;
/** Pause after an unexpected error of a lane that has left, before its batch is fetched again. */
const REFETCH_PAUSE_MS = 5_000;
/** Memory that all lanes that have left may hold together; a lane beyond that does not leave, and the fetch waits. */
const MAX_LEFT_BYTES = 32 * 1_048_576;

type GroupOffsets = Pick<EachBatchPayload, 'resolveOffset' | 'commitOffsetsIfNecessary'>;

export interface BatchReaderParts {
  readonly context: string;
  readonly consumer: Pick<Consumer, 'pause' | 'resume'>;
  readonly limits: PartLimits;
  /** Concurrent attempts of all lanes that have left. */
  readonly maxLeftTries: number;
  readonly stopping: AbortSignal;
  readonly failing: FailingBatches;
  readonly skips: BatchSkips;
  /** Whether no other context shares the work of a topic. */
  readonly isOnlyReader: (topic: string) => boolean;
  readonly log: Logger;
}

/**
 * Runs what kafkajs has fetched through the batch runners, a part at a time, and commits the offset of each part once
 * all of its events are processed. Nothing else is committed when the partition is reassigned or the process stops.
 */
export class KafkaBatchReader {
  private readonly runners = new Map<string, BatchRunner>();
  /** By topic and partition. */
  private readonly lanes = new Map<string, { place: PartitionPlace; lane: PartitionLane }>();
  private readonly left = new Set<PartitionLane>();
  private readonly semaphore: Semaphore;
  private memberId: string | undefined;

  constructor(private readonly parts: BatchReaderParts) {
    const { maxLeftTries, stopping } = parts;
    this.semaphore = new Semaphore(maxLeftTries);
    stopping.addEventListener('abort', () => {
      for (const { lane } of this.lanes.values()) lane.finish();
    });
  }

  add(topic: string, runner: BatchRunner): void {
    this.runners.set(topic, runner);
  }

  topics(): string[] {
    return [...this.runners.keys()];
  }

  /**
   * Called after a rebalance. A member that has kept its id has held its remaining partitions all along; one with a new id
   * was expelled, and other members may have processed its partitions meanwhile.
   */
  joined(memberId: string, assignment: Readonly<Record<string, number[]>>): void {
    const isSameMember = memberId === this.memberId;
    this.memberId = memberId;
    const { context, failing } = this.parts;
    for (const [topic, runner] of this.runners) {
      failing.assign(context, topic, assignment[topic] ?? []);
      void runner.keepOnly(isSameMember ? (assignment[topic] ?? []) : []);
    }
    for (const { place, lane } of this.lanes.values()) {
      const isOurs = assignment[place.topic]?.includes(place.partition) === true;
      if (!isSameMember || !isOurs) lane.takeAway();
    }
  }

  /** Called when the consumer has crashed: if it comes back, it is a new member. */
  cutOff(): void {
    this.memberId = undefined;
    for (const { lane } of this.lanes.values()) lane.takeAway();
  }

  /** Resolves once no partition is being processed. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.lanes.values()].map(({ lane }) => lane.settled));
  }

  /** Releases the claims on all partitions. */
  async release(): Promise<void> {
    await Promise.all([...this.runners.values()].map((runner) => runner.keepOnly([])));
  }

  /** Resolves when kafkajs may fetch on. */
  async read({ batch, heartbeat, ...group }: EachBatchPayload): Promise<void> {
    const place = { context: this.parts.context, topic: batch.topic, partition: batch.partition };
    const name = `${place.topic}/${place.partition}`;
    // A lane that was taken away may still be at its last attempt.
    await this.lanes.get(name)?.lane.settled.catch(() => undefined);
    // Returning at once would have kafkajs fetch the same batch again and again until it is told to leave the group.
    if (this.parts.stopping.aborted) return this.settled();
    if (!group.isRunning() || group.isStale()) return;
    const lane = this.laneFor(place, batch as unknown as FetchedBatch, group);
    this.lanes.set(name, { place, lane });
    const settled = lane.settled.finally(() => this.lanes.delete(name));
    await whileBeating(heartbeat, this.untilDoneOrLeft(place, lane, settled));
    if (this.left.has(lane)) return;
    await heartbeat();
    await lingerAfter(lane.events, this.parts.stopping);
  }

  private laneFor(place: PartitionPlace, batch: FetchedBatch, group: GroupOffsets): PartitionLane {
    const { topic, partition } = place;
    return new PartitionLane({
      batch,
      limits: this.parts.limits,
      runner: this.runners.get(topic)!,
      semaphore: this.semaphore,
      eventsOf: ({ records }) => records.map((record) => eventOf(place, record)),
      commit: async (offset) => {
        group.resolveOffset(String(offset - 1));
        const next = { partition, offset: String(offset) };
        await group.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [next] }] });
        this.parts.failing.done(place);
      },
      onHeld: (error) => {
        this.parts.log.error(
          { err: error, context: place.context, ...error.range },
          'a batch cannot be decoded; its partition waits',
        );
      },
      isSkipped: (error) => this.isSkipped(error),
      onSkipped: (error) => this.skipped(error),
    });
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
    consumer.pause(paused);
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
        if (!stopping.aborted) consumer.resume(paused);
      });
  }

  private async isSkipped(error: UndecodableBatchError): Promise<boolean> {
    const { context, failing, skips } = this.parts;
    failing.failed({ context, ...error.range }, error);
    // While the database is away, nobody can have asked.
    return skips.isAskedFor(error.range).catch(() => false);
  }

  private async skipped({ range, message }: UndecodableBatchError): Promise<void> {
    const { context, log, skips, isOnlyReader } = this.parts;
    log.warn({ context, ...range, reason: message }, 'a batch was skipped, as was asked for');
    await skips.followed(range, isOnlyReader(range.topic)).catch(() => undefined);
  }
}

/**
 * Keeps the group membership alive during a write that takes long. A heartbeat that fails, since the group is being
 * rebalanced, is of no consequence here: the next one that is awaited fails as well, and the commit would.
 */
async function whileBeating(heartbeat: () => Promise<void>, work: Promise<void>): Promise<void> {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_CHECK_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
}
