import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../platform/config/environment.js';
import { Database } from '../../platform/database/database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { EntriesSettings } from '../entries.settings.js';
import { storageKeyOf } from '../model/entry-key.js';
import { EntrySweepRepository } from '../repository/entry-sweep.repository.js';
import { RedisEpochRepository } from '../repository/redis-epoch.repository.js';
import { WorkerMetrics } from './worker.metrics.js';

const SWEEP_EVERY_MS = 5_000;
/** Between two steps, so that a long sweep leaves the database to others half of the time. */
const PAUSE_MS = 50;

/** Removes values that have ended, and tombstones that are old, in the processes of the role worker. */
@Injectable()
export class EntrySweep {
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly sweep: EntrySweepRepository,
    private readonly epochs: RedisEpochRepository,
    private readonly settings: EntriesSettings,
    private readonly metrics: WorkerMetrics,
    { ROLES }: Environment,
    lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    if (!ROLES.includes('worker')) return;
    lifecycle.beforeReady('the sweep of cache entries', () => void this.sweepAgainAndAgain());
    lifecycle.onDrain('the sweep of cache entries', () => this.stopping.abort());
  }

  /** Goes on until a step finds fewer rows than it could. Throws what PostgreSQL or the network says. */
  async sweepOnce(): Promise<void> {
    await this.inSteps(async () => {
      const rows = await this.sweep.end();
      this.metrics.ended.inc(rows);
      return rows;
    });
    await this.inSteps(async () => {
      const rows = await this.forget();
      this.metrics.forgotten.inc(rows);
      return rows;
    });
  }

  /** Who holds a tombstone in memory is told, since the next version of its key is 1. */
  private forget(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const keys = await this.sweep.forget(tx, this.settings.ENTRIES_TOMBSTONE_DAYS);
      if (keys.length > 0) await this.epochs.tellForgotten(tx, keys.map(storageKeyOf));
      return keys.length;
    });
  }

  private async inSteps(step: () => Promise<number>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted && (await step()) === this.sweep.rowsAStep) {
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Never throws. */
  private async sweepAgainAndAgain(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.sweepOnce();
      } catch (error) {
        if (!signal.aborted)
          this.log.warn({ err: error }, 'cache entries that have ended could not be removed');
      }
      await sleep(SWEEP_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
