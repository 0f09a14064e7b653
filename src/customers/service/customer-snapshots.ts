import { Inject, Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Environment } from '../../platform/config/environment.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { observeGauge } from '../../platform/metrics/observed-gauge.js';
import type { KeptPositions, ReadPosition } from '../../platform/messaging/replays.js';
import { SnapshotFile } from '../cache/customer-snapshot.js';
import { CustomerTable } from '../cache/customer-table.js';
import { CustomersSettings } from '../customers.settings.js';

/** Where the topic was read to, and when that was so. */
export interface TakenAt {
  readonly topic: string;
  readonly positions: ReadonlyMap<number, ReadPosition>;
}

/** The snapshot that a start begins with, so that not all of the topic has to be read. */
@Injectable()
export class CustomerSnapshots {
  private readonly file: SnapshotFile;
  private readonly intervalMs: number;
  private takenAtMs: number | undefined;
  private taken: TakenAt['positions'] | undefined;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly table: CustomerTable,
    { CUSTOMERS_SNAPSHOT_SECONDS: seconds, CUSTOMERS_TOPIC: topic }: CustomersSettings,
    { DATA_DIR }: Environment,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.file = new SnapshotFile(DATA_DIR, topic, log);
    this.intervalMs = seconds * 1_000;
    observeGauge(
      'waybill_customers_snapshot_age_seconds',
      'Seconds since the snapshot of the customers was taken; none without one. Look when it grows beyond CUSTOMERS_SNAPSHOT_SECONDS: the log says why',
      () => (this.takenAtMs === undefined ? undefined : (Date.now() - this.takenAtMs) / 1_000),
    );
  }

  /**
   * Fills the table, which is empty.
   *
   * @returns where reading goes on; undefined where there is no snapshot that is young enough, and the table stays empty
   */
  async load(maxAgeMs: number): Promise<KeptPositions | undefined> {
    if (this.intervalMs === 0) return undefined;
    const startedAtMs = performance.now();
    const head = await this.file.read(this.table);
    if (head === undefined) return undefined;
    const ageMs = Date.now() - head.takenAtMs;
    // A clock that was set back says nothing of the age.
    if (ageMs > maxAgeMs || ageMs < 0) {
      this.log.info({ ageMs, maxAgeMs }, 'the snapshot of customers is too old');
      this.table.clear();
      await this.discard();
      return undefined;
    }
    this.takenAtMs = head.takenAtMs;
    this.taken = head.positions;
    const tookMs = Math.round(performance.now() - startedAtMs);
    this.log.info({ customers: this.table.size, ageMs, tookMs }, 'the customers were read from the snapshot');
    return { positions: head.positions, ageMs };
  }

  /** Throws the snapshot away, so that no other start believes it. */
  async discard(): Promise<void> {
    this.takenAtMs = undefined;
    this.taken = undefined;
    await this.file
      .discard()
      .catch((error: unknown) =>
        this.log.warn({ err: error }, 'the snapshot of customers cannot be removed'),
      );
  }

  /** Whether one is to be taken: something came since the last, or that would soon be too old to be believed. */
  isDue({ positions }: TakenAt, tombstonesKeptMs: number): boolean {
    if (this.intervalMs === 0) return false;
    if (this.takenAtMs === undefined) return true;
    const ageMs = Date.now() - this.takenAtMs;
    if (ageMs > tombstonesKeptMs / 4) return true;
    return ageMs >= this.intervalMs && !isDeepStrictEqual(positions, this.taken);
  }

  /** Takes one, unless that is under way. A disk that is full costs the next start its speed, and nothing else. */
  async take(at: TakenAt, signal?: AbortSignal): Promise<void> {
    if (this.intervalMs === 0 || isDeepStrictEqual(at.positions, this.taken)) return;
    await (this.writing ??= this.write(at, signal).finally(() => (this.writing = undefined)));
  }

  private async write(at: TakenAt, signal: AbortSignal | undefined): Promise<void> {
    const takenAtMs = Date.now();
    try {
      await this.file.write({ ...at, takenAtMs }, this.table, signal);
      this.takenAtMs = takenAtMs;
      this.taken = at.positions;
    } catch (error) {
      this.log.warn({ err: error }, 'no snapshot of customers was taken');
      // Not again before it is time.
      this.takenAtMs ??= takenAtMs;
    }
  }
}
