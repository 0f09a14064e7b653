import type { CacheEntry } from './cache-entry.js';
import { CacheLoadTimeoutError } from './cache.errors.js';

export interface CacheAnswer {
  /** undefined: there is no such key */
  readonly entry: CacheEntry | undefined;
  readonly from: 'memory' | 'second' | 'store';
}

/**
 * One load that all concurrent callers of a key share, with its own deadline, and what was learned about the key while
 * it ran. A value that was on its way when news came is judged against that news, however much the tiers have
 * forgotten since.
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

  /** The newest entry put while the load ran, unless news told of a newer one still. */
  get currentPut(): CacheEntry | undefined {
    return this.newest !== undefined && this.newest.version >= (this.invalidatedTo ?? 0)
      ? this.newest
      : undefined;
  }

  /** The lowest version that may be believed; undefined when nothing was heard. */
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

  /** All that was learned before counts no more: the key may begin again at a lower version. */
  noteRemoved(): void {
    this.removals++;
    this.newest = undefined;
    this.invalidatedTo = undefined;
  }

  /** Whether a newer version was heard of while the load ran; "absent" is older than any. */
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

  /** After the deadline the load is told no more news, so what it brings must not be kept. */
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
