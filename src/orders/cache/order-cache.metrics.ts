import type { Provider } from '@nestjs/common';
import { makeCounterProvider } from '@willsoto/nestjs-prometheus';

export const CACHE_REQUESTS = 'waybill_cache_requests_total';

export const ORDER_CACHE_METRICS: Provider[] = [
  makeCounterProvider({
    name: CACHE_REQUESTS,
    help: 'What each tier of the cache had to say to a look-up',
    labelNames: ['tier', 'result'],
  }),
];
