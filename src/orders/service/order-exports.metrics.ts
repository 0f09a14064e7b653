import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { observeGauge } from '../../platform/metrics/observed-gauge.js';

const EXPORTS = 'waybill_orders_exports_total';
const EXPORTED = 'waybill_orders_exported_total';
/** `left`: whoever asked has gone, or was let go since they did not read. */
const OUTCOMES = ['done', 'failed', 'left', 'refused'] as const;

export const ORDER_EXPORT_METRICS: Provider[] = [
  counterProvider({
    name: EXPORTS,
    help: 'Exports of orders that are over, by outcome (done, failed, left, refused). Look when failed or refused rises: the database is away or too slow, or EXPORTS_MAX is too low',
    labelNames: ['outcome'],
  }),
  counterProvider({ name: EXPORTED, help: 'Orders written into exports' }),
];

/** Counts exports of orders. */
@Injectable()
export class OrderExportMetrics {
  constructor(
    @InjectMetric(EXPORTS) private readonly exports: Counter<'outcome'>,
    @InjectMetric(EXPORTED) private readonly exported: Counter,
  ) {
    for (const outcome of OUTCOMES) exports.inc({ outcome }, 0);
  }

  observe(underWay: () => number): void {
    observeGauge(
      'waybill_orders_exports_under_way',
      'Exports of orders that are being sent. Look when it stays at EXPORTS_MAX: others get 503 meanwhile',
      underWay,
    );
  }

  count(outcome: (typeof OUTCOMES)[number]): void {
    this.exports.inc({ outcome });
  }

  countOrders(orders: number): void {
    this.exported.inc(orders);
  }
}
