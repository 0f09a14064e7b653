import { Inject, Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { DirectMessages } from '../../platform/messaging/direct-messages.js';
import { Topics } from '../../platform/messaging/topics.js';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { encodeReading, type Reading } from '../model/reading.js';
import { SensorsSettings } from '../sensors.settings.js';
import { READINGS_TOPIC } from './reading-announcements.js';

const SKIPPED = 'waybill_sensors_readings_skipped_total';

export const SENSOR_READINGS_METRICS: Provider[] = [
  counterProvider({
    name: SKIPPED,
    help: 'Made-up readings that were not sent, since those before were still on their way or had failed. Look when it rises: Kafka is away or slow',
  }),
];

const MAX_VALUE = 100;
const HUNDREDTHS = 100;
const MS_PER_SECOND = 1_000;

/** One is `sensor-123`; more are `sensor-001` and so on. */
export function sensorIds(count: number): string[] {
  if (count === 1) return ['sensor-123'];
  return Array.from({ length: count }, (_, index) => `sensor-${String(index + 1).padStart(3, '0')}`);
}

const madeUp = (sensorId: string): Reading => ({
  sensor_id: sensorId,
  // In [0, 100), as a sensor shows it.
  value: Math.floor(Math.random() * MAX_VALUE * HUNDREDTHS) / HUNDREDTHS,
  timestamp: Math.floor(Date.now() / MS_PER_SECOND),
});

/**
 * Makes readings up, one of each sensor at a time, the first at once. Those that come due while others are still on their
 * way are never sent: they would pile up while Kafka is away, and all come at once when it is back.
 */
@Injectable()
export class SensorReadings {
  private readonly stopping = new AbortController();
  private readonly sensorIds: string[];
  private timer: NodeJS.Timeout | undefined;
  private isSending = false;
  private isSkipping = false;

  constructor(
    private readonly settings: SensorsSettings,
    private readonly messages: DirectMessages,
    private readonly topics: Topics,
    @InjectMetric(SKIPPED) private readonly skipped: Counter,
    @Inject(LOGGER) private readonly log: Logger,
    lifecycle: Lifecycle,
  ) {
    this.sensorIds = sensorIds(settings.SENSORS_COUNT);
    lifecycle.beforeReady('the made-up readings', () => this.start());
    lifecycle.onDrain('the made-up readings', () => this.stop());
  }

  private start(): void {
    this.timer = setInterval(() => void this.sendDue(), this.settings.SENSORS_INTERVAL_MS);
    void this.sendDue();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.stopping.abort();
  }

  /** Never throws. */
  private async sendDue(): Promise<void> {
    if (this.isSending) return this.skip(new Error('the readings before are still on their way'));
    this.isSending = true;
    try {
      await this.messages.send(this.dueMessages(), this.stopping.signal);
      if (this.isSkipping) this.log.info('made-up readings are sent again');
      this.isSkipping = false;
    } catch (error) {
      if (!this.stopping.signal.aborted) this.skip(error as Error);
    } finally {
      this.isSending = false;
    }
  }

  private dueMessages() {
    const topic = this.topics.deployedName(READINGS_TOPIC);
    return this.sensorIds.map((sensorId) => ({
      topic,
      key: sensorId,
      aggregateType: 'sensor',
      type: 'waybill.sensor.reading',
      value: encodeReading(madeUp(sensorId)),
    }));
  }

  private skip(reason: Error): void {
    this.skipped.inc(this.sensorIds.length);
    if (this.isSkipping) return;
    this.isSkipping = true;
    this.log.warn({ err: reason }, 'made-up readings are skipped');
  }
}
