import { Inject, Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { SensorsSettings } from '../sensors.settings.js';
import { ReadingRemoval } from './reading-removal.js';

const EXPIRED = 'waybill_sensors_readings_expired_total';
const SWEEP_EVERY_MS = 60_000;
const SECONDS_PER_DAY = 86_400;

export const RETENTION_METRICS: Provider[] = [
  counterProvider({
    name: EXPIRED,
    help: 'Readings removed since they were older than SENSORS_RETENTION_DAYS. Look when it stands still: the table grows',
  }),
];

/** Removes readings by their own time, in the processes that consume events; it begins when the program is ready. */
@Injectable()
export class ReadingRetention {
  private readonly stopping = new AbortController();

  constructor(
    private readonly removal: ReadingRemoval,
    { SENSORS_RETENTION_DAYS: days }: SensorsSettings,
    { ROLES }: Environment,
    @InjectMetric(EXPIRED) private readonly expired: Counter,
    @Inject(LOGGER) private readonly log: Logger,
    lifecycle: Lifecycle,
  ) {
    if (days === 0 || !ROLES.includes('consumer')) return;
    lifecycle.beforeReady('the retention of readings', () => void this.sweepAgainAndAgain(days));
    lifecycle.onDrain('the retention of readings', () => this.stopping.abort());
  }

  /** Never throws. */
  private async sweepAgainAndAgain(days: number): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        this.expired.inc(await this.removal.expire(days * SECONDS_PER_DAY, signal));
      } catch (error) {
        if (!signal.aborted) this.log.warn({ err: error }, 'old readings could not be removed');
      }
      await sleep(SWEEP_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
