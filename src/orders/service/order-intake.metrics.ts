import type { Provider } from '@nestjs/common';
import { makeCounterProvider } from '@willsoto/nestjs-prometheus';

export const ORDERS_RECEIVED = 'waybill_orders_received_total';
export const TOTALS_MISMATCHES = 'waybill_order_totals_mismatch_total';

export const ORDER_INTAKE_METRICS: Provider[] = [
  makeCounterProvider({
    name: ORDERS_RECEIVED,
    help: 'Orders that came in, by the way they came and what became of them',
    labelNames: ['via', 'outcome'],
  }),
  makeCounterProvider({
    name: TOTALS_MISMATCHES,
    help: 'Orders accepted although their totals do not add up',
  }),
];
