import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptGate, BatchRunner } from '../batch-runner.js';
import { Backoff } from '../backoff.js';
import type { ReceivedEvent } from '../received-event.js';
import type { FetchedBatch, Part, PartLimits } from './fetched-batch.js';
import type { Semaphore } from '../semaphore.js';
import { UndecodableBatchError } from './undecodable-batch.error.js';

/** How often it is looked whether somebody has asked to skip a batch that cannot be decoded. */
const SKIP_LOOK_MS = 2_000;
/** After which it is fetched again: another broker, or a mended disk, may send it whole. */
const REFETCH_MS = 30_000;

export interface LaneParts {
  readonly batch: FetchedBatch;
  readonly limits: PartLimits;
  readonly runner: BatchRunner;
  /** Tries of lanes that have left; see {@link PartitionLane.leave}. */
  readonly semaphore: Semaphore;
  readonly eventsOf: (part: Part) => ReceivedEvent[];
  /** Commits that everything before an offset is done. */
  readonly commit: (offset: number) => Promise<void>;
  /** Hears of a batch that cannot be decoded. */
  readonly onHeld: (error: UndecodableBatchError) => void;
  /** Asked every now and then whether to go on behind such a batch. */
  readonly isSkipped: (error: UndecodableBatchError) => Promise<boolean>;
  readonly onSkipped: (error: UndecodableBatchError) => Promise<void>;
}

/**
 * Brings what was fetched of a partition to its end, part after part, and commits each. kafkajs fetches nothing more, of
 * any partition, until all that it has handed over is done with; so a lane that fails, or takes long, leaves: it goes on by
 * itself, with all that it knows of its batch, while its partition is paused and the others are fetched on.
 */
export class PartitionLane {
  /** Resolves at the first sign that it will take long. */
  readonly troubled: Promise<void>;
  /** Resolves once it does nothing any more. Rejects with what kafkajs has to know, and only while it has not left. */
  readonly settled: Promise<void>;
  events = 0;
  private readonly stop = new AbortController();
  private hasLeft = false;
  private isTrying = false;
  private hasPermit = false;
  private isTakenAway = false;
  private partBytes = 0;
  private isHolding = false;
  private reportTrouble: () => void = () => undefined;

  constructor(private readonly parts: LaneParts) {
    this.troubled = new Promise((resolve) => (this.reportTrouble = resolve));
    this.settled = this.run();
  }

  /** What it keeps in memory. */
  get bytes(): number {
    return this.isHolding ? 0 : this.parts.batch.bytes + this.partBytes;
  }

  /**
   * From now on it goes on by itself, and takes its turn with the others that do: their tries are in addition to those
   * of the partitions that do well, and each takes a connection to the database.
   *
   * @returns false when a try is under way and there is no room for another; then it has not left
   */
  leave(): boolean {
    if (this.isTrying) {
      if (!this.parts.semaphore.tryAcquire()) return false;
      this.hasPermit = true;
    }
    return (this.hasLeft = true);
  }

  /** Ends after the try that is under way, and commits that if it does well. */
  finish(): void {
    this.stop.abort();
  }

  /** The partition is somebody else's: ends after the try that is under way, and commits nothing. */
  takeAway(): void {
    this.isTakenAway = true;
    this.stop.abort();
  }

  private async run(): Promise<void> {
    const { batch, limits } = this.parts;
    try {
      for await (const part of batch.parts(limits)) {
        if (this.stop.signal.aborted) return;
        this.partBytes = part.bytes;
        this.events += part.records.length;
        await this.handle(part);
        if (this.isTakenAway) return;
        await this.commit(part.nextOffset);
      }
    } catch (error) {
      if (this.stop.signal.aborted) return;
      if (!(error instanceof UndecodableBatchError)) throw error;
      await this.hold(error);
    }
  }

  private async handle(part: Part): Promise<void> {
    if (part.records.length === 0) return;
    const gate: AttemptGate = { run: (attempt) => this.take(attempt), onPause: () => this.reportTrouble() };
    await this.parts.runner.run(this.parts.eventsOf(part), this.stop.signal, gate);
  }

  private async take<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.hasLeft) {
      await this.parts.semaphore.acquire(this.stop.signal);
      this.hasPermit = true;
    }
    this.isTrying = true;
    try {
      return await attempt();
    } finally {
      this.isTrying = false;
      if (this.hasPermit) this.parts.semaphore.release();
      this.hasPermit = false;
    }
  }

  /** While kafkajs waits, a commit that fails is for it to know: the group is being rebalanced, or Kafka is away. */
  private async commit(offset: number): Promise<void> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await this.parts.commit(offset);
      } catch (error) {
        if (!this.hasLeft || this.stop.signal.aborted) throw error;
        await backoff.pause(this.stop.signal);
      }
    }
  }

  private async hold(error: UndecodableBatchError): Promise<void> {
    this.isHolding = true;
    this.reportTrouble();
    this.parts.onHeld(error);
    for (let heldMs = 0; heldMs < REFETCH_MS; heldMs += SKIP_LOOK_MS) {
      if ((await this.parts.isSkipped(error)) && !this.isTakenAway) {
        await this.commit(error.range.lastOffset + 1);
        return this.parts.onSkipped(error);
      }
      await sleep(SKIP_LOOK_MS, undefined, { signal: this.stop.signal }).catch(() => undefined);
      if (this.stop.signal.aborted) return;
    }
  }
}
