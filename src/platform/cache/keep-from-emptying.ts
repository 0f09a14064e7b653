import type { LRUCache } from 'lru-cache';

/** No id and no key of ours has it. */
const NOBODY = '\u0000';

/**
 * Has a cache with a bound on its entries never become empty. lru-cache empties itself when its only entry is deleted, by
 * writing to all places that it may ever have: with 50,000 of them that takes longer than a request.
 */
export function keepFromEmptying<Value extends number | boolean>(
  cache: LRUCache<string, Value>,
  value: Value,
): void {
  cache.set(NOBODY, value, { ttl: 0 });
}
