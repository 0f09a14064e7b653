import type { Provider } from '@nestjs/common';
import { counterProvider } from '../../platform/metrics/metric-providers.js';

export const UNKNOWN_FIELDS = 'waybill_orders_unknown_fields_total';

export const ORDER_EVENTS_METRICS: Provider[] = [
  counterProvider({
    name: UNKNOWN_FIELDS,
    help: 'Unknown fields ignored in order events, one per field and event. Look when it rises: senders use a newer schema',
  }),
];
