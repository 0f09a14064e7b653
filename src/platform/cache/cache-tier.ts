import type { CacheEntry } from './cache-entry.js';

/**
 * One place where ready responses are held: this process's memory, or Redis shared by all replicas.
 *
 * For every method: it never throws and never rejects, and it answers within the tier's own budget. A tier that
 * cannot answer holds nothing. What every tier must do is written down as tests in `cache-tier.conformance.ts`.
 */
export interface CacheTier {
  /**
   * How long an `invalidate` is remembered, in milliseconds. It must outlast the longest load of anyone who shares
   * the tier, queueing included: after it, a value loaded before the invalidation could come back.
   */
  readonly guardMs: number;

  /** The entry held; undefined when not held, expired, or out of reach. Never older than a version it was told of. */
  get(key: string): Promise<CacheEntry | undefined> | CacheEntry | undefined;

  /**
   * Holds the entry for the tier's TTL. Ignored when an entry with the same or a newer version is held, and when an
   * `invalidate` within the last `guardMs` named a newer version.
   *
   * @param loaded the entry was read from the store of record, at some time before now; a put after a commit is not.
   *   A loaded entry is also ignored for `guardMs` after an `invalidate` without a version, since nothing tells
   *   whether it was read before or after the removal.
   */
  put(key: string, entry: CacheEntry, loaded?: boolean): Promise<void> | void;

  /**
   * Drops what is older than `version`, and everything when no version is given. For `guardMs` nothing older may be
   * put again (without a version: nothing loaded), so that a load which began before cannot bring the value back.
   */
  invalidate(key: string, version?: number): Promise<void> | void;
}
