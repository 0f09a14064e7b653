import type { CacheEntry } from './cache-entry.js';
import { CacheLoadTimeoutError } from './cache.errors.js';

export interface CacheAnswer {
  /** undefined: there is no such key */
  readonly entry: CacheEntry | undefined;
  readonly from: 'memory' | 'second' | 'store';
}

/**
 * One load that all concurrent callers of a key share, with its own deadline. It collects the puts and invalidations of
 * the key while it runs, and the loaded value is checked against them, even if the tiers have evicted them since.
 */
export class SharedLoad {
  /** Settles at the deadline at the latest, with {@link CacheLoadTimeoutError}. */
  readonly answer: Promise<CacheAnswer>;
  private readonly deadline = new AbortController();
  private newest: CacheEntry | undefined;
  private invalidatedTo: number | undefined;
  private removals = 0;

  constructor(
    readonly key: string,
    timeoutMs: number,
    run: (load: SharedLoad) => Promise<CacheAnswer>,
  ) {
    const timer = setTimeout(() => this.deadline.abort(new CacheLoadTimeoutError(key, timeoutMs)), timeoutMs);
    const over = this.whenOver();
    this.answer = Promise.race([over, run(this)]).finally(() => clearTimeout(timer));
  }

  /** For the loader: aborted at the deadline. */
  get signal(): AbortSignal {
    return this.deadline.signal;
  }

  /** The newest entry put while the load ran, unless an invalidation named a newer version. */
  get currentPut(): CacheEntry | undefined {
    return this.newest !== undefined && this.newest.version >= (this.invalidatedTo ?? 0)
      ? this.newest
      : undefined;
  }

  /** The lowest version that may be used; undefined when there was no put or invalidation. */
  get floor(): number | undefined {
    return this.newest === undefined
      ? this.invalidatedTo
      : Math.max(this.newest.version, this.invalidatedTo ?? 0);
  }

  notePut(entry: CacheEntry): void {
    if (this.newest === undefined || entry.version > this.newest.version) this.newest = entry;
  }

  noteChanged(version: number): void {
    this.invalidatedTo = Math.max(this.invalidatedTo ?? 0, version);
  }

  /** Forgets earlier puts and invalidations: after a removal the key may start again at a lower version. */
  noteRemoved(): void {
    this.removals++;
    this.newest = undefined;
    this.invalidatedTo = undefined;
  }

  /** Whether a newer version became known while the load ran; "absent" is older than any. */
  isOutdated(loaded: CacheEntry | undefined): boolean {
    const floor = this.floor;
    return floor !== undefined && (loaded === undefined || loaded.version < floor);
  }

  /** A point in time to compare later removals with. */
  mark(): number {
    return this.removals;
  }

  removedSince(mark: number): boolean {
    return this.removals !== mark;
  }

  /** After the deadline the load gets no more invalidations, so its result must not be cached. */
  throwIfOver(): void {
    this.signal.throwIfAborted();
  }

  private whenOver(): Promise<never> {
    return new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason as CacheLoadTimeoutError), {
        once: true,
      });
    });
  }
}
