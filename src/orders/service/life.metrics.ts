import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { ORDER_STATUSES } from '../model/order-life.js';
import { PAYMENT_STATUSES, SHIPMENT_STATUSES } from '../model/order-states.js';
import type { NewVersion } from './life-changes.js';

const STEPS = 'waybill_orders_steps_total';

export const LIFE_METRICS: Provider[] = [
  counterProvider({
    name: STEPS,
    help: 'Steps of the states of orders, by state (status, payment_status, shipment_status) and the value it got. Look when cancelled, disputed, lost or failed_attempt rises',
    labelNames: ['state', 'to'],
  }),
];

/** Counts the steps of orders' states, once they are committed. */
@Injectable()
export class LifeMetrics {
  constructor(@InjectMetric(STEPS) private readonly steps: Counter<'state' | 'to'>) {
    const showAtZero = (state: string, values: readonly string[]): void => {
      for (const to of values) steps.inc({ state, to }, 0);
    };
    showAtZero('status', ORDER_STATUSES);
    showAtZero('payment_status', PAYMENT_STATUSES);
    showAtZero('shipment_status', SHIPMENT_STATUSES);
  }

  count(versions: readonly NewVersion[]): void {
    for (const { row } of versions) this.steps.inc({ state: row.change, to: row.to });
  }
}
