import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import {
  type KeptPositions,
  type ReplayListener,
  type ReplayReading,
  Replays,
} from '../../platform/messaging/replays.js';
import { Topics } from '../../platform/messaging/topics.js';
import { CustomerMemory } from '../cache/customer-memory.js';
import type { SnapshotHead } from '../cache/snapshot-head.js';
import { CustomerSnapshots } from './customer-snapshots.js';
import { CustomerState } from './customer-state.js';
import { RefusedRecords } from './refused-records.js';

const CONTEXT = 'customers';
const TOPIC = 'users';
const LOOK_MS = 1_000;
const TOMBSTONES_LOOK_MS = 60_000;
/** What a stop has for the last snapshot. */
const LAST_SNAPSHOT_MS = 3_000;

/** What is held in memory follows the reading of the topic: where it goes on, starts over, and is complete. */
@Injectable()
export class CustomerReplay implements ReplayListener, OnModuleInit {
  private readonly topic: string;
  private tombstonesKeptMs = 0;
  private known: ReplayReading | undefined;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly replays: Replays,
    topics: Topics,
    private readonly memory: CustomerMemory,
    private readonly state: CustomerState,
    private readonly snapshots: CustomerSnapshots,
    private readonly refusals: RefusedRecords,
    private readonly lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.topic = topics.deployedName(TOPIC);
  }

  onModuleInit(): void {
    this.replays.listen(CONTEXT, TOPIC, this);
    this.lifecycle.onClose('the snapshot of the customers', async () => {
      for (const timer of this.timers) clearInterval(timer);
      const now = this.snapshotNow();
      if (now !== undefined) await this.snapshots.takeLast(now, LAST_SNAPSHOT_MS);
    });
  }

  resumeAt(maxAgeMs: number): Promise<KeptPositions | undefined> {
    this.tombstonesKeptMs = 2 * maxAgeMs;
    this.memory.clear();
    return this.snapshots.load(maxAgeMs);
  }

  restarted(): void {
    this.memory.startOver();
    this.state.startOver();
    void this.snapshots.discard();
  }

  refused(refused: RefusedEvent): Promise<void> {
    return this.refusals.add([refused]);
  }

  /** All that the topic had at the start has had its effect. Nothing is waited for here: the reading would wait as well. */
  passed(): Promise<void> {
    this.memory.complete();
    // The first page of ids would otherwise wait for all that came since.
    void this.memory.settle('background');
    if (this.timers.length === 0) {
      this.timers.push(
        setInterval(() => void this.takeSnapshot(), LOOK_MS).unref(),
        setInterval(
          () => void this.memory.forgetTombstones(this.tombstonesKeptMs),
          TOMBSTONES_LOOK_MS,
        ).unref(),
      );
    }
    const lowOffsets = this.reading()?.lowOffsets();
    if (lowOffsets !== undefined) void this.forgetOrigins(lowOffsets);
    return Promise.resolve();
  }

  /** Milliseconds that what is held is behind the end of the topic. */
  behindMs(): number {
    return this.reading()?.behindMs() ?? 0;
  }

  /** Kept, since each look-up asks it. */
  private reading(): ReplayReading | undefined {
    return (this.known ??= this.replays.readingOf(CONTEXT, TOPIC));
  }

  private async takeSnapshot(): Promise<void> {
    const now = this.snapshotNow();
    if (now !== undefined && this.snapshots.isDue(now, this.tombstonesKeptMs)) await this.snapshots.take(now);
  }

  /**
   * What a snapshot would begin with; undefined where none may be taken. It is of the time at which its positions were the end of the
   * topic: what the topic has forgotten since was not read.
   */
  private snapshotNow(): SnapshotHead | undefined {
    const reading = this.reading();
    if (reading === undefined || reading.isUnderWay || this.state.unready() !== undefined) return undefined;
    // A record that was refused and is not kept yet has to be read again after a crash.
    if (!this.refusals.isEmpty) return undefined;
    const takenAtMs = Math.floor(Date.now() - reading.behindMs());
    return { topic: this.topic, positions: reading.positions(), takenAtMs };
  }

  private async forgetOrigins(lowOffsets: ReadonlyMap<number, number>): Promise<void> {
    try {
      await this.refusals.forgetBefore(this.topic, lowOffsets);
    } catch (error) {
      this.log.debug({ err: error }, 'what is left of refused records costs a little room');
    }
  }
}
