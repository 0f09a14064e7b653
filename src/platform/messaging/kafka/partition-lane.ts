import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptGate, BatchRunner } from '../batch-runner.js';
import { Backoff } from '../backoff.js';
import type { ReceivedEvent } from '../received-event.js';
import type { FetchedBatch, Part, PartLimits } from './fetched-batch.js';
import type { Semaphore } from '../semaphore.js';
import { UndecodableBatchError } from './undecodable-batch.error.js';

/** How often a lane that holds an undecodable batch checks whether an operator has asked to skip it. */
const SKIP_LOOK_MS = 2_000;
/** After this an undecodable batch is fetched again: another broker, or a repaired disk, may send it intact. */
const REFETCH_MS = 30_000;

export interface LaneParts {
  readonly batch: FetchedBatch;
  readonly limits: PartLimits;
  readonly runner: Pick<BatchRunner, 'run'>;
  /** Bounds the attempts of all lanes that have left; see {@link PartitionLane.leave}. */
  readonly semaphore: Semaphore;
  readonly eventsOf: (part: Part) => ReceivedEvent[];
  /** Commits the offset: every event before it is processed. */
  readonly commit: (offset: number) => Promise<void>;
  /** Called with a batch that cannot be decoded, which the lane holds from now on. */
  readonly onHeld: (error: UndecodableBatchError) => void;
  /** Called every two seconds while such a batch is held: whether to continue after it. */
  readonly isSkipped: (error: UndecodableBatchError) => Promise<boolean>;
  readonly onSkipped: (error: UndecodableBatchError) => Promise<void>;
}

/**
 * Processes what was fetched of one partition, part by part, and commits each part. kafkajs fetches nothing more, of any
 * partition, until all that it has handed over is processed. So a lane that is slow or fails leaves: its partition is
 * paused and it continues by itself, with the state of its batch, while the others are fetched on.
 */
export class PartitionLane {
  /** Resolves at the first failed attempt. */
  readonly troubled: Promise<void>;
  /** Resolves once the lane has ended. Before it has left it rejects with an error that kafkajs has to handle. */
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

  /** Bytes that the lane keeps in memory. */
  get bytes(): number {
    return this.isHolding ? 0 : this.parts.batch.bytes + this.partBytes;
  }

  /**
   * The lane continues by itself. Its attempts share the semaphore with those of other lanes that have left, since they
   * come on top of those of the healthy partitions and each takes a database connection.
   *
   * @returns false when an attempt is under way and no permit is free; then it has not left
   */
  leave(): boolean {
    if (this.isTrying) {
      if (!this.parts.semaphore.tryAcquire()) return false;
      this.hasPermit = true;
    }
    return (this.hasLeft = true);
  }

  /** Ends after the current attempt, and commits it if it succeeds. */
  finish(): void {
    this.stop.abort();
  }

  /** The partition was assigned to another member: ends after the current attempt, and commits nothing. */
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

  /** Before the lane has left, kafkajs handles a failed commit: the group is rebalancing, or Kafka is away. */
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
