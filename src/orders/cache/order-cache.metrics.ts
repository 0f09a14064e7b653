import type { CacheEvent } from '../../platform/cache/cache-event.js';
import { FastCounter, type PendingCount } from '../../platform/metrics/fast-counter.js';

/** Counts what the cache says of itself. Events are constants, so each finds its count by identity. */
export function countCacheEvents(): (event: CacheEvent) => void {
  const requests = new FastCounter(
    'waybill_cache_requests_total',
    'What each tier of the cache had to say to a look-up',
    ['tier', 'result'],
  );
  const counts = new Map<CacheEvent, PendingCount>();
  return (event) => {
    let pending = counts.get(event);
    if (pending === undefined) {
      const tier = event.tier === 'second' ? 'redis' : event.tier;
      pending = requests.series({ tier, result: event.kind });
      counts.set(event, pending);
    }
    pending.count += 1;
  };
}
