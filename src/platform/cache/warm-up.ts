import type { FoundValues } from '../database/batched-lookups.js';
import type { CacheEntry } from './cache-entry.js';
import type { TieredCache } from './tiered-cache.js';

/** What a cache is to hold before the program is ready. */
export interface WarmUp {
  /** Keys, those first that are the most likely to be asked for. */
  readonly keys: () => Promise<readonly string[]>;
}

const PAGE_KEYS = 1_000;
/** So that the store always has one to read while this process takes in another. */
const PAGES_UNDER_WAY = 3;

/** Loads what the warm-up names. @returns how many keys those are @throws what the store throws */
export async function warmUp(
  cache: TieredCache,
  { keys }: WarmUp,
  load: (keys: readonly string[]) => Promise<FoundValues<CacheEntry>>,
): Promise<number> {
  const wanted = await keys();
  // Should they be more than the cache holds, those that came first are dropped first.
  const pages = pagesOf(wanted.toReversed());
  const readOn = async (): Promise<void> => {
    for (const page of pages) {
      for (let start = 0; start < page.length;) {
        const found = await load(page.slice(start));
        for (const [key, entry] of found.values) cache.warm(key, entry);
        start += found.keys;
      }
    }
  };
  await Promise.all(Array.from({ length: PAGES_UNDER_WAY }, readOn));
  return wanted.length;
}

function* pagesOf(keys: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < keys.length; start += PAGE_KEYS) yield keys.slice(start, start + PAGE_KEYS);
}
