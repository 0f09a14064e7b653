import { FastCounter, type PendingCount } from '../metrics/fast-counter.js';
import { observeGauges } from '../metrics/observed-gauge.js';
import { CACHE_EVENTS, type CacheEvent } from './cache-event.js';

/** A cache whose memory tier tells how much it holds. */
export interface SizedCache {
  stats(): { readonly entries: number; readonly bytes: number };
}

/** The metrics of all caches of a process; the label `cache` says which. */
export class CacheMetrics {
  private readonly requests = new FastCounter(
    'waybill_cache_requests_total',
    'Cache lookups, by cache, tier (memory, redis, store) and result. Look when the share of memory hits falls, or error or timeout rises',
    ['cache', 'tier', 'result'],
  );
  private readonly caches = new Map<string, SizedCache>();

  /** @throws Error when the process has them already */
  constructor() {
    observeGauges('waybill_cache_entries', 'Entries that the memory tier holds', 'cache', () =>
      this.read(({ entries }) => entries),
    );
    observeGauges(
      'waybill_cache_bytes',
      'Bytes of memory that the entries of the memory tier take, overhead included. At its share of CACHE_MAX_BYTES entries are evicted',
      'cache',
      () => this.read(({ bytes }) => bytes),
    );
  }

  /** Registers a cache, whose size is read at each scrape. */
  watch(name: string, cache: SizedCache): void {
    this.caches.set(name, cache);
  }

  /** @returns a cache's `observe`, with every series exported from 0. Events are constants, found by identity */
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

  private read(figure: (stats: ReturnType<SizedCache['stats']>) => number): [string, number][] {
    return [...this.caches].map(([name, cache]) => [name, figure(cache.stats())]);
  }
}
