import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import type { Outcome } from '../model/known-order.js';
import type { StockNews } from '../model/order-weighing.js';

const OUTCOMES: readonly Outcome[] = [
  'reserved',
  'out_of_stock',
  'expiring',
  'released',
  'taken',
  'returned',
];
const ANNOUNCED = 'waybill_inventory_announced_total';

export const RESERVATION_METRICS: Provider[] = [
  counterProvider({
    name: ANNOUNCED,
    help: 'What became of reservations, by outcome (reserved, out_of_stock, expiring, released, taken, returned). Look when out_of_stock rises: orders are being cancelled',
    labelNames: ['outcome'],
  }),
];

/** Counts what was said of orders, once it is committed. */
@Injectable()
export class ReservationMetrics {
  constructor(@InjectMetric(ANNOUNCED) private readonly announced: Counter<'outcome'>) {
    for (const outcome of OUTCOMES) announced.inc({ outcome }, 0);
  }

  count(news: readonly StockNews[]): void {
    for (const { outcome } of news) this.announced.inc({ outcome });
  }
}
