import { FastCounter, type PendingCount } from '../metrics/fast-counter.js';
import { observeGauges } from '../metrics/observed-gauge.js';
import { CACHE_EVENTS, type CacheEvent } from './cache-event.js';
import type { TieredCache } from './tiered-cache.js';

/** The metrics of all caches of a process, told apart by the label `cache`. */
export class CacheMetrics {
  private readonly requests = new FastCounter(
    'waybill_cache_requests_total',
    'Look-ups by cache, tier asked, and what the tier answered',
    ['cache', 'tier', 'result'],
  );
  private readonly caches = new Map<string, TieredCache>();

  /** @throws Error when the process has them already */
  constructor() {
    observeGauges('waybill_cache_entries', 'Entries held in memory', 'cache', () =>
      this.read(({ entries }) => entries),
    );
    observeGauges('waybill_cache_bytes', 'Bytes that the entries held in memory cost', 'cache', () =>
      this.read(({ bytes }) => bytes),
    );
  }

  /** What is held is read when the metrics are. */
  watch(name: string, cache: TieredCache): void {
    this.caches.set(name, cache);
  }

  /** Counts what a cache says of itself, from 0 on. Events are constants, so each finds its count by identity. */
  counterOf(name: string, { hasRedis }: { hasRedis: boolean }): (event: CacheEvent) => void {
    const counts = new Map<CacheEvent, PendingCount>();
    for (const event of CACHE_EVENTS) {
      if (event.tier === 'second' && !hasRedis) continue;
      const tier = event.tier === 'second' ? 'redis' : event.tier;
      counts.set(event, this.requests.series({ cache: name, tier, result: event.kind }));
    }
    return (event) => {
      counts.get(event)!.count += 1;
    };
  }

  private read(figure: (stats: ReturnType<TieredCache['stats']>) => number): [string, number][] {
    return [...this.caches].map(([name, cache]) => [name, figure(cache.stats())]);
  }
}
