import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Environment } from '../../platform/config/environment.js';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import type { OrderReceipt } from '../model/order-receipt.js';

const OUTCOMES: readonly OrderReceipt['outcome'][] = [
  'stored',
  'updated',
  'unchanged',
  'stale',
  'mismatched',
  'conflicting',
  'overtaken',
];

const ORDERS_RECEIVED = 'waybill_orders_received_total';
const TOTALS_MISMATCHES = 'waybill_order_totals_mismatch_total';

export const ORDER_INTAKE_METRICS: Provider[] = [
  counterProvider({
    name: ORDERS_RECEIVED,
    help: 'Orders received, by how they came (transport or http) and outcome (stored, updated, unchanged, stale, mismatched, conflicting, overtaken, invalid). Look when invalid rises: a sender is wrong',
    labelNames: ['via', 'outcome'],
  }),
  counterProvider({
    name: TOTALS_MISMATCHES,
    help: 'Orders accepted although their amounts do not add up (ORDER_TOTALS=warn). Look when it rises: a sender computes totals wrongly',
  }),
];

/** Counts received orders, a batch at a time. */
@Injectable()
export class OrderIntakeMetrics {
  constructor(
    @InjectMetric(ORDERS_RECEIVED) private readonly received: Counter<'via' | 'outcome'>,
    @InjectMetric(TOTALS_MISMATCHES) private readonly totalsMismatches: Counter,
    { KAFKA_BROKERS, ROLES }: Environment,
  ) {
    const showAtZero = (via: string, outcomes: readonly string[]): void => {
      for (const outcome of outcomes) received.inc({ via, outcome }, 0);
    };
    if (ROLES.includes('api')) showAtZero('http', OUTCOMES);
    if (ROLES.includes('consumer')) {
      showAtZero(KAFKA_BROKERS === undefined ? 'loopback' : 'kafka', [...OUTCOMES, 'invalid']);
    }
  }

  /** @param via the name of the transport, or `http` */
  count(
    via: string,
    receipts: readonly OrderReceipt[],
    { invalid, totalsMismatches }: { readonly invalid: number; readonly totalsMismatches: number },
  ): void {
    const outcomes = new Map<OrderReceipt['outcome'], number>();
    for (const { outcome } of receipts) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    for (const [outcome, orders] of outcomes) this.received.inc({ via, outcome }, orders);
    if (invalid > 0) this.received.inc({ via, outcome: 'invalid' }, invalid);
    if (totalsMismatches > 0) this.totalsMismatches.inc(totalsMismatches);
  }
}
