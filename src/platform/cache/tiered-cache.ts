import type { CacheEntry } from './cache-entry.js';
import * as events from './cache-event.js';
import type { CacheEvent } from './cache-event.js';
import type { CacheTier } from './cache-tier.js';
import { CacheLoadError, CacheLoadTimeoutError } from './cache.errors.js';
import type { MemoryTier } from './memory-tier.js';
import { SharedLoad } from './shared-load.js';
import type { CacheAnswer } from './shared-load.js';

export interface TieredCacheOptions {
  memory: MemoryTier;
  /** The tier shared with other replicas, when there is one. */
  second?: CacheTier;
  /** Reads the store of record; undefined: the store holds no such key. The signal is aborted at the deadline. */
  load: (key: string, signal: AbortSignal) => Promise<CacheEntry | undefined>;
  /** The deadline of one shared load, from its first caller on: second tier, store and repeated loads together. */
  loadTimeoutMs: number;
  /** Counts hits, misses and loads. Called on the hot path: keep it to an addition, and let it never throw. */
  observe?: (event: CacheEvent) => void;
}

/** A newer version of a value whose body is the one that it had before. */
export interface CacheRenewal {
  readonly etag: string;
  /** The first version that has had this body. */
  readonly bodySince: number;
}

/** Reloads of a value that was invalidated while it was loaded. After that it is returned but not cached. */
const MAX_RELOADS = 3;

/** A loaded value may wait in the second tier's queue before it is written, so the guard must outlast more than a load. */
const GUARD_FACTOR = 2;

/**
 * Ready responses by key: memory, then the second tier, then the store of record.
 *
 * Versions decide everything. A value is never replaced by an older one, and one that was removed or replaced is never
 * brought back by a load that began before: each load sees the invalidations that came while it ran.
 */
export class TieredCache {
  private readonly loads = new Map<string, SharedLoad>();
  private readonly memory: MemoryTier;
  private readonly second: CacheTier | undefined;
  private readonly observe: (event: CacheEvent) => void;

  /** @throws RangeError when a tier forgets invalidations before a load must have ended */
  constructor(private readonly options: TieredCacheOptions) {
    this.memory = options.memory;
    this.second = options.second;
    this.observe = options.observe ?? (() => undefined);
    for (const tier of [options.memory, options.second]) {
      if (tier && tier.guardMs < options.loadTimeoutMs * GUARD_FACTOR) {
        throw new RangeError(
          `a tier with guardMs ${tier.guardMs} forgets invalidations too soon for loads of up to ${options.loadTimeoutMs} ms; ` +
            `guardMs must be at least ${GUARD_FACTOR} times loadTimeoutMs`,
        );
      }
    }
  }

  /** Memory only, synchronous: the hot path. `null`: known to be absent; `undefined`: not held, ask `read`. */
  peek(key: string): CacheEntry | null | undefined {
    const held = this.memory.peek(key);
    if (held !== undefined) this.observe(held === null ? events.MEMORY_ABSENT : events.MEMORY_HIT);
    return held;
  }

  /**
   * Reads through all tiers. Concurrent callers that miss on one key share one load, which has its own deadline.
   *
   * @param signal lets this caller stop waiting; the load goes on for the others
   * @throws CacheLoadError the store failed; nothing is cached, the next read loads again
   * @throws CacheLoadTimeoutError the deadline passed
   * @throws the signal's reason when the caller's own signal is aborted
   */
  read(key: string, signal?: AbortSignal): Promise<CacheAnswer> {
    const held = this.peek(key);
    if (held !== undefined) return Promise.resolve({ entry: held ?? undefined, from: 'memory' });
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    let load = this.loads.get(key);
    this.observe(load === undefined ? events.MEMORY_MISS : events.MEMORY_JOINED);
    load ??= this.begin(key);
    return signal === undefined ? load.answer : abandonable(load.answer, signal);
  }

  /** After a commit here. Older than what is held: ignored. Written through to the second tier in the background. */
  put(key: string, entry: CacheEntry): void {
    const heldVersion = this.memory.heldVersion(key);
    // Whoever put the held version wrote it through as well.
    if (heldVersion !== undefined && heldVersion >= entry.version) return;
    this.memory.put(key, entry);
    this.loads.get(key)?.notePut(entry);
    this.tellSecond((second) => second.put(key, entry));
  }

  /** Warm-up: an entry read from the store before anyone asked. Held in memory only, unless a newer version is known. */
  warm(key: string, entry: CacheEntry): void {
    this.memory.put(key, entry, true);
    this.loads.get(key)?.notePut(entry);
  }

  /**
   * Invalidation: `key` was changed elsewhere and is at `version` now. Drops older entries here and in the second tier.
   *
   * @param renewalOf asked when memory holds an older version: how that one's body is the answer still, so that it need not
   *   be loaded again; undefined when it is not
   */
  changed(key: string, version: number, renewalOf?: (held: CacheEntry) => CacheRenewal | undefined): void {
    const held = this.memory.held(key);
    if (held !== undefined && held.version < version) {
      const renewal = renewalOf?.(held);
      if (renewal !== undefined && held.version >= renewal.bodySince) {
        this.put(key, { ...held, version, etag: renewal.etag });
        return;
      }
    }
    this.loads.get(key)?.noteChanged(version);
    // The usual case after a commit of this process: the version is held, and so was written through.
    if (held !== undefined && held.version >= version) return;
    this.memory.invalidate(key, version);
    this.tellSecond((second) => second.invalidate(key, version));
  }

  /** What memory holds of `key`, for who does not answer a request with it. */
  held(key: string): CacheEntry | undefined {
    return this.memory.held(key);
  }

  /** `key` is gone, or what is held of it must not be served any more, whatever its version. */
  remove(key: string): void {
    this.loads.get(key)?.noteRemoved();
    this.memory.invalidate(key);
    this.tellSecond((second) => second.invalidate(key));
  }

  /** Invalidations may have been missed, so nothing held in memory or being loaded may be used any more. */
  forgetAll(): void {
    for (const load of this.loads.values()) load.noteRemoved();
    this.memory.clear();
  }

  /** `bytes` as {@link MemoryTier.stats} reckons them; `inFlight` shared loads. */
  stats(): { entries: number; bytes: number; inFlight: number } {
    return { ...this.memory.stats(), inFlight: this.loads.size };
  }

  private begin(key: string): SharedLoad {
    const load = new SharedLoad(key, this.options.loadTimeoutMs, (running) => this.run(running));
    this.loads.set(key, load);
    const forget = (): void => void this.loads.delete(key);
    load.answer.then(forget, (error: unknown) => {
      forget();
      this.observe(error instanceof CacheLoadTimeoutError ? events.STORE_TIMEOUT : events.STORE_ERROR);
    });
    return load;
  }

  private async run(load: SharedLoad): Promise<CacheAnswer> {
    return (await this.fromSecond(load)) ?? (await this.fromStore(load));
  }

  private async fromSecond(load: SharedLoad): Promise<CacheAnswer | undefined> {
    if (this.second === undefined) return undefined;
    const { key } = load;
    const mark = load.mark();
    let found: CacheEntry | undefined;
    try {
      found = await this.second.get(key);
    } catch {
      // A tier must not throw; one that does is as good as empty, and must not fail a read the store can answer.
      this.observe(events.SECOND_ERROR);
      return undefined;
    }
    load.throwIfOver();
    const put = load.currentPut;
    if (put !== undefined && put.version >= (found?.version ?? 0)) return { entry: put, from: 'memory' };
    if (found === undefined) {
      this.observe(events.SECOND_MISS);
      return undefined;
    }
    if (load.removedSince(mark) || this.memory.removedLately(key)) {
      this.observe(events.SECOND_STALE);
      return undefined;
    }
    const floor = Math.max(load.floor ?? 0, this.memory.floorOf(key) ?? 0);
    if (found.version < floor) {
      this.observe(events.SECOND_STALE);
      this.tellSecond((second) => second.invalidate(key, floor));
      return undefined;
    }
    this.observe(events.SECOND_HIT);
    this.memory.put(key, found, true);
    return { entry: found, from: 'second' };
  }

  private async fromStore(load: SharedLoad): Promise<CacheAnswer> {
    const { key } = load;
    for (let reloads = 0; ; reloads++) {
      const mark = load.mark();
      const loaded = await this.loadOnce(load);
      load.throwIfOver();
      const put = load.currentPut;
      if (put !== undefined && put.version >= (loaded?.version ?? 0)) return { entry: put, from: 'memory' };
      if (!load.removedSince(mark) && !load.isOutdated(loaded)) {
        this.keep(key, loaded);
        return { entry: loaded, from: 'store' };
      }
      this.observe(events.STORE_STALE);
      if (reloads === MAX_RELOADS) return { entry: loaded, from: 'store' };
    }
  }

  private async loadOnce(load: SharedLoad): Promise<CacheEntry | undefined> {
    try {
      const loaded = await this.options.load(load.key, load.signal);
      this.observe(loaded === undefined ? events.STORE_ABSENT : events.STORE_HIT);
      return loaded;
    } catch (cause) {
      throw new CacheLoadError(load.key, undefined, { cause });
    }
  }

  private keep(key: string, loaded: CacheEntry | undefined): void {
    if (loaded === undefined) {
      this.memory.rememberAbsent(key);
      return;
    }
    this.memory.put(key, loaded, true);
    this.tellSecond((second) => second.put(key, loaded, true));
  }

  /** In the background: nobody waits for the second tier to learn something, and its failure is only counted. */
  private tellSecond(tell: (second: CacheTier) => Promise<void> | void): void {
    if (this.second === undefined) return;
    try {
      tell(this.second)?.catch(() => this.observe(events.SECOND_ERROR));
    } catch {
      this.observe(events.SECOND_ERROR);
    }
  }
}

/** The shared answer, or the reason of the signal when it is aborted first. */
function abandonable<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's own reason, as it is
    const abandon = (): void => reject(signal.reason);
    signal.addEventListener('abort', abandon, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
  });
}
