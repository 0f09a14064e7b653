/** Where something happened: this process's memory, the shared second tier, or the store of record behind both. */
export type CacheEventTier = 'memory' | 'second' | 'store';

/**
 * - `hit`: answered from this tier
 * - `absent`: answered "there is none" from this tier
 * - `miss`: not held here, the next tier is asked
 * - `joined`: found a load for the same key under way and shares it (memory only)
 * - `stale`: the answer was older than a version known by an invalidation or put, and was not used
 * - `error`: the tier failed; for the store, the waiting callers were rejected
 * - `timeout`: the load's deadline passed (store only)
 */
export type CacheEventKind = 'hit' | 'absent' | 'miss' | 'joined' | 'stale' | 'error' | 'timeout';

/**
 * One kind of cache event, to be counted. The instances are constants, never made per event, because hits are counted on
 * the hottest path there is. For one request: hits and absents of `peek` and `read` are both counted, misses only by
 * `read`, so a `peek` that finds nothing followed by a `read` counts once.
 */
export interface CacheEvent {
  readonly tier: CacheEventTier;
  readonly kind: CacheEventKind;
}

const all: CacheEvent[] = [];

function event(tier: CacheEventTier, kind: CacheEventKind): CacheEvent {
  const made = Object.freeze({ tier, kind });
  all.push(made);
  return made;
}

export const MEMORY_HIT = event('memory', 'hit');
export const MEMORY_ABSENT = event('memory', 'absent');
export const MEMORY_MISS = event('memory', 'miss');
export const MEMORY_JOINED = event('memory', 'joined');
export const SECOND_HIT = event('second', 'hit');
export const SECOND_MISS = event('second', 'miss');
export const SECOND_STALE = event('second', 'stale');
export const SECOND_ERROR = event('second', 'error');
export const STORE_HIT = event('store', 'hit');
export const STORE_ABSENT = event('store', 'absent');
export const STORE_STALE = event('store', 'stale');
export const STORE_ERROR = event('store', 'error');
export const STORE_TIMEOUT = event('store', 'timeout');

/** All that can happen. */
export const CACHE_EVENTS: readonly CacheEvent[] = all;
