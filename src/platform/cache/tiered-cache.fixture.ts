import { vi } from 'vitest';
import type { CacheEntry } from './cache-entry.js';
import type { CacheEvent } from './cache-event.js';
import type { CacheTier } from './cache-tier.js';
import { MemoryTier } from './memory-tier.js';
import type { MemoryTierOptions } from './memory-tier.js';
import { TieredCache } from './tiered-cache.js';
import type { TieredCacheOptions } from './tiered-cache.js';

/** A store whose every load waits until the test answers it. */
export class AskedStore {
  readonly asked: {
    key: string;
    signal: AbortSignal;
    answer: (e?: CacheEntry) => void;
    fail: (e: Error) => void;
  }[] = [];

  readonly load = (key: string, signal: AbortSignal): Promise<CacheEntry | undefined> =>
    new Promise((answer, fail) => this.asked.push({ key, signal, answer, fail }));

  /** The nth load, once it has begun. */
  async nth(n: number): Promise<AskedStore['asked'][number]> {
    return vi.waitFor(() => this.asked[n] ?? Promise.reject(new Error(`load ${n} has not begun`)), {
      interval: 1,
    });
  }
}

export function memoryOf(options: Partial<MemoryTierOptions> = {}): MemoryTier {
  return new MemoryTier({ maxBytes: 1024 * 1024, ttlMs: 3_600_000, ...options });
}

export function cacheOf(options: Partial<TieredCacheOptions> = {}) {
  const store = new AskedStore();
  const memory = memoryOf();
  const counted: string[] = [];
  const observe = ({ tier, kind }: CacheEvent): void => void counted.push(`${tier} ${kind}`);
  const cache = new TieredCache({ memory, load: store.load, loadTimeoutMs: 5_000, observe, ...options });
  return { cache, store, memory, counted };
}

/** A second tier that is a memory of its own; single methods can be replaced. */
export function secondOf(replaced: Partial<CacheTier> = {}): CacheTier {
  const memory = memoryOf();
  return {
    guardMs: memory.guardMs,
    get: (key) => memory.get(key),
    put: (key, entry, loaded) => memory.put(key, entry, loaded),
    invalidate: (key, version) => memory.invalidate(key, version),
    ...replaced,
  };
}

/** Everything that was not awaited has run: the background writes included. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
