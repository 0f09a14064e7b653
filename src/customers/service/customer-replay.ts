import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import { type KeptPositions, type ReplayListener, Replays } from '../../platform/messaging/replays.js';
import { Topics } from '../../platform/messaging/topics.js';
import { CustomerTable } from '../cache/customer-table.js';
import { RefusedRecordRepository } from '../repository/refused-record.repository.js';
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
  /** Whether what is held from before the topic was read anew is still to be forgotten. */
  private isToBeSwept = false;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly replays: Replays,
    topics: Topics,
    private readonly table: CustomerTable,
    private readonly state: CustomerState,
    private readonly snapshots: CustomerSnapshots,
    private readonly refusals: RefusedRecords,
    private readonly origins: RefusedRecordRepository,
    private readonly lifecycle: Lifecycle,
  ) {
    this.topic = topics.deployedName(TOPIC);
  }

  onModuleInit(): void {
    this.replays.listen(CONTEXT, TOPIC, this);
    this.lifecycle.onClose('the snapshot of the customers', async () => {
      for (const timer of this.timers) clearInterval(timer);
      await this.takeSnapshot(AbortSignal.timeout(LAST_SNAPSHOT_MS));
    });
  }

  resumeAt(maxAgeMs: number): Promise<KeptPositions | undefined> {
    this.tombstonesKeptMs = 2 * maxAgeMs;
    this.table.clear();
    return this.snapshots.load(maxAgeMs);
  }

  restarted(): void {
    // Nobody was told what was held before the first reading was complete.
    if (this.state.unready() === undefined) {
      this.table.beginGeneration();
      this.isToBeSwept = true;
    } else this.table.clear();
    void this.snapshots.discard();
  }

  refused(refused: RefusedEvent): Promise<void> {
    return this.refusals.add([refused]);
  }

  /** All that the topic had at the start has had its effect. */
  async passed(): Promise<void> {
    if (this.isToBeSwept) await this.table.sweep();
    this.isToBeSwept = false;
    this.state.complete();
    // The first page of ids would otherwise wait for all that came since.
    void this.table.settle('background');
    if (this.timers.length === 0) {
      this.timers.push(
        setInterval(() => void this.takeSnapshot(), LOOK_MS).unref(),
        setInterval(
          () => void this.table.forgetTombstones(this.tombstonesKeptMs),
          TOMBSTONES_LOOK_MS,
        ).unref(),
      );
    }
    const lowOffsets = this.replays.readingOf(CONTEXT, TOPIC)?.lowOffsets();
    // What is left of them costs a little room alone.
    if (lowOffsets !== undefined)
      await this.origins.forgetBefore(this.topic, lowOffsets).catch(() => undefined);
  }

  /** Milliseconds that what is held is behind the end of the topic. */
  behindMs(): number {
    return this.replays.readingOf(CONTEXT, TOPIC)?.behindMs() ?? 0;
  }

  /** Where it is time; a record that was refused and is not kept yet has to be read again after a crash. */
  private async takeSnapshot(signal?: AbortSignal): Promise<void> {
    const reading = this.replays.readingOf(CONTEXT, TOPIC);
    if (reading === undefined || reading.isUnderWay || this.state.unready() !== undefined) return;
    if (!this.refusals.isEmpty) return;
    const at = { topic: this.topic, positions: reading.positions() };
    if (signal !== undefined || this.snapshots.isDue(at, this.tombstonesKeptMs)) {
      await this.snapshots.take(at, signal);
    }
  }
}
