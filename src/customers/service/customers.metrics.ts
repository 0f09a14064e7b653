import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { observeGauge } from '../../platform/metrics/observed-gauge.js';
import { CustomerMemory } from '../cache/customer-memory.js';
import { CustomersSettings } from '../customers.settings.js';
import { CustomerReplay } from './customer-replay.js';

export const RECORD_OUTCOMES = ['created', 'replaced', 'removed', 'absent', 'outdated', 'refused'] as const;
export type RecordOutcome = (typeof RECORD_OUTCOMES)[number];

@Injectable()
export class CustomersMetrics {
  constructor(
    @InjectMetric('waybill_customers_records_total') readonly records: Counter<'outcome'>,
    @InjectMetric('waybill_customers_backdated_total') readonly backdated: Counter,
    memory: CustomerMemory,
    replay: CustomerReplay,
    { CUSTOMERS_MAX_BYTES: maxBytes }: CustomersSettings,
  ) {
    for (const outcome of RECORD_OUTCOMES) records.inc({ outcome }, 0);
    observeGauge('waybill_customers_held', 'Customers that this process holds in memory', () => memory.size);
    observeGauge(
      'waybill_customers_lag_seconds',
      'Seconds since all of the topic was last known to have been read; 0 when it is. Look when it lasts: Kafka is away, or a partition waits (/health says for what)',
      () => replay.behindMs() / 1_000,
    );
    observeGauge(
      'waybill_customers_filled_ratio',
      'Share of CUSTOMERS_MAX_BYTES that the customers take, 0 to 1. Look before it reaches 1: the process is not ready then',
      () => memory.bytes / maxBytes,
    );
  }

  count(outcome: RecordOutcome | 'backdated'): void {
    if (outcome === 'backdated') this.backdated.inc();
    this.records.inc({ outcome: outcome === 'backdated' ? 'replaced' : outcome });
  }
}

export const CUSTOMERS_METRICS = [
  CustomersMetrics,
  counterProvider({
    name: 'waybill_customers_records_total',
    help: 'Records of customers that were read, by what became of them',
    labelNames: ['outcome'],
  }),
  counterProvider({
    name: 'waybill_customers_backdated_total',
    help: 'Records whose updatedAt is before that of the record they replaced. Look when it grows: a clock, or a sender, is behind',
  }),
];
