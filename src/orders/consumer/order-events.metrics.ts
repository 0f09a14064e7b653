import type { Provider } from '@nestjs/common';
import { makeCounterProvider } from '@willsoto/nestjs-prometheus';

export const UNKNOWN_FIELDS = 'waybill_orders_unknown_fields_total';

export const ORDER_EVENTS_METRICS: Provider[] = [
  makeCounterProvider({
    name: UNKNOWN_FIELDS,
    help: 'Fields of order events that are not in the model and were ignored',
  }),
];
