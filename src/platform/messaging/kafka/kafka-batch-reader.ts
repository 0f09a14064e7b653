import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { BatchRunner } from '../batch-runner.js';
import type { BatchSkips } from '../batch-skips/batch-skips.js';
import type { FailingBatches, PartitionPlace } from '../failing-batches.js';
import type { Logger } from '../../logging/logger.js';
import { eventOf } from './event-of-record.js';
import type { FetchedBatch, PartLimits } from './fetched-batch.js';
import { heldBatches } from './held-batches.js';
import { PartitionLane } from './partition-lane.js';
import { PartitionLanes } from './partition-lanes.js';
import { Semaphore } from '../semaphore.js';

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
  private readonly lanes: PartitionLanes;
  private readonly semaphore: Semaphore;
  private memberId: string | undefined;

  constructor(private readonly parts: BatchReaderParts) {
    this.semaphore = new Semaphore(parts.maxLeftTries);
    this.lanes = new PartitionLanes({ ...parts, lingers: true });
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
    this.lanes.takeAway(
      ({ topic, partition }) => isSameMember && assignment[topic]?.includes(partition) === true,
    );
  }

  /** Called when the consumer has crashed: if it comes back, it is a new member. */
  cutOff(): void {
    this.memberId = undefined;
    this.lanes.takeAway();
  }

  /** Resolves once no partition is being processed. */
  settled(): Promise<void> {
    return this.lanes.settled();
  }

  /** Releases the claims on all partitions. */
  async release(): Promise<void> {
    await Promise.all([...this.runners.values()].map((runner) => runner.keepOnly([])));
  }

  /** Resolves when kafkajs may fetch on. */
  read(payload: EachBatchPayload): Promise<void> {
    return this.lanes.read(payload, (place, batch) => this.laneFor(place, batch, payload));
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
      ...heldBatches(this.parts, this.parts.isOnlyReader),
    });
  }
}
