import { Inject, Injectable } from '@nestjs/common';
import { observeLabelledGauge } from '../metrics/observed-gauge.js';
import type { ConsumerLag } from './consumer-lag.js';
import { EVENT_SERVER, type EventServer } from './event-server.js';

const LABELS = ['context', 'topic'] as const;

/**
 * Every process tells of all that its contexts share, whether it consumes itself or not: what is left to do is also seen when
 * nobody does it.
 */
@Injectable()
export class ConsumerLagMetrics {
  private underWay: Promise<readonly ConsumerLag[]> | undefined;

  constructor(@Inject(EVENT_SERVER) private readonly server: EventServer) {
    observeLabelledGauge(
      'waybill_consumer_lag_messages',
      'Messages of a topic that a context has not processed yet, in all partitions; absent while unknown. Look when it keeps growing: add a process, up to one a partition',
      LABELS,
      async () => (await this.read()).map(({ messages, ...lag }) => [labelsOf(lag), messages]),
    );
    observeLabelledGauge(
      'waybill_consumer_lag_seconds',
      'Seconds that the oldest of these messages has waited; 0 when there is none, absent while unknown. Look when it keeps growing',
      LABELS,
      async () =>
        (await this.read()).flatMap(({ seconds, ...lag }) =>
          seconds === undefined ? [] : [[labelsOf(lag), seconds] as const],
        ),
    );
  }

  /** One reading for both gauges of a scrape. */
  private read(): Promise<readonly ConsumerLag[]> {
    return (this.underWay ??= this.server.lags().finally(() => (this.underWay = undefined)));
  }
}

const labelsOf = ({ context, topic }: Pick<ConsumerLag, 'context' | 'topic'>) => ({ context, topic });
