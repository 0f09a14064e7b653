import { CACHE_EVENTS, type CacheEvent } from '../../platform/cache/cache-event.js';
import { FastCounter, type PendingCount } from '../../platform/metrics/fast-counter.js';

/** Counts what the cache says of itself. Events are constants, so each finds its count by identity. */
export function countCacheEvents({ hasRedis }: { hasRedis: boolean }): (event: CacheEvent) => void {
  const requests = new FastCounter(
    'waybill_cache_requests_total',
    'What each tier of the cache had to say to a look-up',
    ['tier', 'result'],
  );
  const counts = new Map<CacheEvent, PendingCount>();
  for (const event of CACHE_EVENTS) {
    if (event.tier === 'second' && !hasRedis) continue;
    const tier = event.tier === 'second' ? 'redis' : event.tier;
    counts.set(event, requests.series({ tier, result: event.kind }));
  }
  return (event) => {
    counts.get(event)!.count += 1;
  };
}
