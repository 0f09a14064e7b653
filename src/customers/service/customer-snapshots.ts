import { Inject, Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { atMost } from '../../platform/at-most.js';
import { Environment } from '../../platform/config/environment.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { observeGauge } from '../../platform/metrics/observed-gauge.js';
import type { KeptPositions } from '../../platform/messaging/replays.js';
import { CustomerMemory } from '../cache/customer-memory.js';
import { SnapshotFile } from '../cache/customer-snapshot.js';
import type { SnapshotHead } from '../cache/snapshot-head.js';
import { TableFullError } from '../cache/table-full.error.js';
import { CustomersSettings } from '../customers.settings.js';

/** The snapshot that a start begins with, so that not all of the topic has to be read. */
@Injectable()
export class CustomerSnapshots {
  private readonly file: SnapshotFile;
  private readonly intervalMs: number;
  /** Of the file that there is. */
  private taken: SnapshotHead | undefined;
  /** By a clock that nobody sets. */
  private triedAtMs = -Infinity;
  private writing: Promise<void> | undefined;
  private readonly ending = new AbortController();

  constructor(
    private readonly memory: CustomerMemory,
    { CUSTOMERS_SNAPSHOT_SECONDS: seconds, CUSTOMERS_TOPIC: topic }: CustomersSettings,
    { DATA_DIR }: Environment,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.file = new SnapshotFile(DATA_DIR, topic, log);
    this.intervalMs = seconds * 1_000;
    observeGauge(
      'waybill_customers_snapshot_age_seconds',
      'Seconds since the snapshot of the customers was the end of the topic; none without one. Look when it grows beyond CUSTOMERS_SNAPSHOT_SECONDS while something changes: the log says why',
      () => (this.taken === undefined ? undefined : (Date.now() - this.taken.takenAtMs) / 1_000),
    );
  }

  /**
   * Fills the memory, which is empty.
   *
   * @returns where reading goes on; undefined where there is no snapshot that is young enough and fits, and the memory stays empty
   */
  async load(maxAgeMs: number): Promise<KeptPositions | undefined> {
    if (this.intervalMs === 0) return undefined;
    const startedAtMs = performance.now();
    const head = await this.read();
    if (head === undefined) return undefined;
    const ageMs = Date.now() - head.takenAtMs;
    // A clock that was set back says nothing of the age.
    if (ageMs > maxAgeMs || ageMs < 0) {
      this.log.info({ ageMs, maxAgeMs }, 'the snapshot of customers is too old');
      this.memory.clear();
      await this.discard();
      return undefined;
    }
    this.taken = head;
    const tookMs = Math.round(performance.now() - startedAtMs);
    this.log.info(
      { customers: this.memory.size, ageMs, tookMs },
      'the customers were read from the snapshot',
    );
    return { positions: head.positions, ageMs };
  }

  /** Throws the snapshot away, and the one that is being written, so that no other start believes it. */
  async discard(): Promise<void> {
    await this.file
      .discard()
      .catch((error: unknown) =>
        this.log.warn({ err: error }, 'the snapshot of customers cannot be removed'),
      );
    this.taken = undefined;
  }

  /**
   * Whether one is to be taken: something came since the last, or that would soon be too old to be believed. While Kafka is away
   * another would be as old.
   */
  isDue({ takenAtMs, positions }: SnapshotHead, tombstonesKeptMs: number): boolean {
    const renewMs = tombstonesKeptMs / 4;
    const triedForMs = performance.now() - this.triedAtMs;
    if (this.intervalMs === 0 || triedForMs < Math.min(this.intervalMs, renewMs)) return false;
    const { taken } = this;
    if (taken === undefined || takenAtMs - taken.takenAtMs > renewMs) return true;
    return Date.now() - taken.takenAtMs >= this.intervalMs && !isDeepStrictEqual(positions, taken.positions);
  }

  /** Takes one, unless that is under way. A disk that is full costs the next start its speed, and nothing else. */
  async take(head: SnapshotHead): Promise<void> {
    if (this.intervalMs === 0) return;
    await (this.writing ??= this.write(head).finally(() => (this.writing = undefined)));
  }

  /** Takes the last one where something came since; or leaves the one before it, when it takes longer than that. */
  async takeLast(head: SnapshotHead, limitMs: number): Promise<void> {
    if (isDeepStrictEqual(head.positions, this.taken?.positions)) return;
    await atMost(limitMs, this.take(head));
    this.ending.abort();
  }

  private async read(): Promise<SnapshotHead | undefined> {
    try {
      return await this.file.read(this.memory.table);
    } catch (error) {
      this.memory.clear();
      if (!(error instanceof TableFullError)) throw error;
      this.log.warn({ err: error }, 'the snapshot of customers is not used');
      return undefined;
    }
  }

  private async write(head: SnapshotHead): Promise<void> {
    this.triedAtMs = performance.now();
    const { signal } = this.ending;
    try {
      await this.file.write(head, this.memory.table, signal);
      this.taken = head;
    } catch (error) {
      this.log.warn({ err: error }, 'no snapshot of customers was taken');
    }
  }
}
