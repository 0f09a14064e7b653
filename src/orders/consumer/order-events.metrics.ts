import type { Provider } from '@nestjs/common';
import { counterProvider } from '../../platform/metrics/metric-providers.js';

export const UNKNOWN_FIELDS = 'waybill_orders_unknown_fields_total';

export const ORDER_EVENTS_METRICS: Provider[] = [
  counterProvider({
    name: UNKNOWN_FIELDS,
    help: 'Fields of order events that are not in the model and were ignored',
  }),
];
