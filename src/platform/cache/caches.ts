import { BatchedLookups, type FoundValues } from '../database/batched-lookups.js';
import type { Lifecycle } from '../lifecycle.js';
import type { Logger } from '../logging/logger.js';
import {
  byteShares,
  type CacheDeclaration,
  CacheDeclarationError,
  requireDistinctCaches,
} from './cache-declaration.js';
import type { CacheEntry } from './cache-entry.js';
import type { CacheEvent } from './cache-event.js';
import { CacheMetrics, type SizedCache } from './cache.metrics.js';
import { MemoryTier } from './memory-tier.js';
import type { RedisCaches } from './redis-caches.js';
import { TieredCache } from './tiered-cache.js';
import { warmUp, type WarmUp } from './warm-up.js';

/** What a context passes when it opens a cache. */
export interface CacheSource {
  /**
   * Reads the store of record: the entries of as many of the keys, from the first on, as fit into its own bound of bytes.
   * What is not there is left out.
   */
  readonly load: (keys: readonly string[]) => Promise<FoundValues<CacheEntry>>;
  /** Every entry has a constant; see `RedisTierOptions`. */
  readonly hasConstants?: boolean;
  /** See `RedisTierOptions`. */
  readonly accepts?: (entry: CacheEntry) => boolean;
  readonly warmUp?: WarmUp;
}

/** A cache's part of what all caches share. */
export interface CacheClaim {
  readonly declaration: CacheDeclaration;
  /** What its memory may take. */
  readonly maxBytes: number;
  /** Counts what happens in it. */
  readonly observe: (event: CacheEvent) => void;
  /** Has its size shown. */
  readonly watch: (cache: SizedCache) => void;
}

export interface CachesOptions {
  /** Bound on what all memory tiers hold together. */
  readonly maxBytes: number;
  readonly ttlMs: number;
  readonly absentTtlMs: number;
  /** The second tiers, where there is a Redis. */
  readonly redis?: RedisCaches | undefined;
}

const LOAD_TIMEOUT_MS = 10_000;
const MAX_COLD_QUERIES = 2;
const MAX_COLD_KEYS_A_QUERY = 100;

/** The caches of ready answers of a process: memory, then Redis where there is one, then the store of record. */
export class Caches {
  private readonly metrics: CacheMetrics;
  private readonly shares: ReadonlyMap<string, number>;
  private readonly opened = new Set<string>();

  /** @throws CacheDeclarationError when two of them claim the same */
  constructor(
    private readonly declarations: readonly CacheDeclaration[],
    private readonly options: CachesOptions,
    private readonly lifecycle: Lifecycle,
    private readonly log: Logger,
  ) {
    requireDistinctCaches(declarations);
    this.metrics = new CacheMetrics();
    this.shares = byteShares(options.maxBytes, declarations);
  }

  /**
   * Concurrent look-ups of one key share a load, and those of different keys share queries, two of which are under way at a
   * time. What the warm-up names is held before the program is ready.
   *
   * @throws CacheDeclarationError when no context declares a cache of that name, or it is open already
   */
  open(name: string, { load, hasConstants = false, accepts, warmUp: warm }: CacheSource): TieredCache {
    const { declaration, maxBytes, observe, watch } = this.claim(name);
    const { ttlMs, absentTtlMs, redis } = this.options;
    const lookups = new BatchedLookups({
      query: load,
      maxQueries: MAX_COLD_QUERIES,
      maxKeys: MAX_COLD_KEYS_A_QUERY,
    });
    const cache = new TieredCache({
      memory: new MemoryTier({ maxBytes, ttlMs, absentTtlMs }),
      second: redis?.open(declaration, { hasConstants, accepts }),
      load: (key, signal) => lookups.find(key, signal),
      loadTimeoutMs: LOAD_TIMEOUT_MS,
      observe,
    });
    watch(cache);
    if (warm !== undefined) {
      this.lifecycle.beforeReady(`the cache of ${name}`, () => this.warm(name, cache, warm, load));
    }
    return cache;
  }

  /**
   * For a cache of another make: what it has of the memory, and its metrics.
   *
   * @throws CacheDeclarationError as {@link open} does
   */
  claim(name: string): CacheClaim {
    const declaration = this.declarations.find((one) => one.name === name);
    if (declaration === undefined) throw new CacheDeclarationError(`no context declares the cache ${name}`);
    if (this.opened.has(name)) throw new CacheDeclarationError(`the cache ${name} is opened twice`);
    this.opened.add(name);
    return {
      declaration,
      maxBytes: this.shares.get(name)!,
      observe: this.metrics.counterOf(name, { hasRedis: this.options.redis !== undefined }),
      watch: (cache) => this.metrics.watch(name, cache),
    };
  }

  private async warm(
    name: string,
    cache: TieredCache,
    wanted: WarmUp,
    load: CacheSource['load'],
  ): Promise<void> {
    const startedAt = performance.now();
    const keys = await warmUp(cache, wanted, load);
    const ms = Math.round(performance.now() - startedAt);
    this.log.info({ cache: name, keys, ms }, 'the cache is warm');
  }
}
