import { LRUCache } from 'lru-cache';
import { keepFromEmptying } from './keep-from-emptying.js';
import type { CacheEntry } from './cache-entry.js';
import type { CacheTier } from './cache-tier.js';

export interface MemoryTierOptions {
  /** Bound on what the held entries cost: body, key, ETag and {@link ENTRY_OVERHEAD_BYTES} each. */
  maxBytes: number;
  /** How long an entry is held; 0: for good. It bounds how long a value stays stale when an invalidation was lost. */
  ttlMs: number;
  /** See {@link CacheTier.guardMs}. */
  guardMs?: number;
  /** How many invalidations are remembered; the least recent are forgotten first. */
  maxGuards?: number;
  /** How long a key that is not in the store is known to be absent. */
  absentTtlMs?: number;
  /** How many absent keys are remembered, so that asking for invented keys cannot fill the memory. */
  maxAbsent?: number;
}

/**
 * What an entry costs beside its bytes: objects, map slot, list links, the body's own allocation, and what of all that
 * V8 and malloc hold in reserve. Measured as the growth of the resident memory, with entries coming and going: 1,090
 * for bodies of 1 kB, 870 for those of 150 bytes.
 */
export const ENTRY_OVERHEAD_BYTES = 1_024;

const DEFAULT_GUARD_MS = 30_000;
const DEFAULT_MAX_GUARDS = 50_000;
const DEFAULT_ABSENT_TTL_MS = 5_000;
const DEFAULT_MAX_ABSENT = 10_000;

/** A guard's value after an `invalidate` without a version; lower than any version. */
const REMOVED = -1;

/** The first tier: entries in this process, least recently used out first, bounded by bytes. All methods are synchronous. */
export class MemoryTier<Entry extends CacheEntry = CacheEntry> implements CacheTier {
  readonly guardMs: number;
  private readonly entries: LRUCache<string, Entry>;
  private readonly absent: LRUCache<string, true>;
  /**
   * What was heard of a key of late: the lowest version that may be put, or {@link REMOVED}. Gone once an entry that it allows
   * is put; what an eviction then lets come back is for {@link SharedLoad} to keep out.
   */
  private readonly guards: LRUCache<string, number>;

  constructor(options: MemoryTierOptions) {
    this.guardMs = options.guardMs ?? DEFAULT_GUARD_MS;
    this.entries = new LRUCache<string, Entry>({
      maxSize: options.maxBytes,
      sizeCalculation: costBytes,
      ttl: options.ttlMs,
      ttlResolution: resolutionMs(options.ttlMs),
    });
    this.guards = new LRUCache({
      max: options.maxGuards ?? DEFAULT_MAX_GUARDS,
      ttl: this.guardMs,
      ttlResolution: resolutionMs(this.guardMs),
    });
    keepFromEmptying(this.guards, REMOVED);
    const absentTtlMs = options.absentTtlMs ?? DEFAULT_ABSENT_TTL_MS;
    this.absent = new LRUCache({
      max: options.maxAbsent ?? DEFAULT_MAX_ABSENT,
      ttl: absentTtlMs,
      ttlResolution: resolutionMs(absentTtlMs),
    });
    keepFromEmptying(this.absent, true);
  }

  /** The hot path: one look-up for a key that is held, no allocation; the entry becomes the most recent. `null`: known to be absent; `undefined`: not held. */
  peek(key: string): Entry | null | undefined {
    const held = this.entries.get(key);
    if (held !== undefined) return held;
    return this.absent.get(key) === undefined ? undefined : null;
  }

  get(key: string): Entry | undefined {
    return this.entries.get(key);
  }

  /** The entry held, without making it more recent; undefined when none is held. */
  held(key: string): Entry | undefined {
    return this.entries.peek(key);
  }

  /** As {@link held}, of its version. */
  heldVersion(key: string): number | undefined {
    return this.held(key)?.version;
  }

  /** The lowest version that may be put for `guardMs` after an invalidation named it; undefined when there is none. */
  floorOf(key: string): number | undefined {
    const floor = this.guards.peek(key);
    return floor === REMOVED ? undefined : floor;
  }

  /** Whether the last thing heard of the key, within `guardMs`, was an `invalidate` without a version. */
  removedLately(key: string): boolean {
    return this.guards.peek(key) === REMOVED;
  }

  /** See {@link CacheTier.put}: `loaded` entries were read from the store, perhaps before the key was removed. */
  put(key: string, entry: Entry, loaded = false): void {
    const held = this.entries.peek(key);
    if (held !== undefined && held.version >= entry.version) return;
    const guard = this.guards.peek(key);
    if (guard === REMOVED && loaded) return;
    if (guard !== undefined && guard > entry.version) return;

    this.absent.delete(key);
    this.guards.delete(key);
    this.entries.set(key, withOwnBody(entry));
    // lru-cache drops an entry bigger than the whole cache, with the older one; its version is still worth remembering.
    if (!this.entries.has(key)) this.guards.set(key, entry.version);
  }

  invalidate(key: string, version?: number): void {
    this.absent.delete(key);
    if (version === undefined) {
      this.entries.delete(key);
      this.guards.set(key, REMOVED);
      return;
    }
    const held = this.entries.peek(key);
    if (held !== undefined && held.version >= version) return;
    this.entries.delete(key);
    if ((this.guards.peek(key) ?? REMOVED) < version) this.guards.set(key, version);
  }

  /** Drops all entries. Floors set by invalidations stay. */
  clear(): void {
    this.entries.clear();
    this.absent.clear();
    keepFromEmptying(this.absent, true);
  }

  /** Notes that the store holds no such key. Ignored when an entry is held or an invalidation named a version. */
  rememberAbsent(key: string): void {
    if (this.entries.has(key) || this.floorOf(key) !== undefined) return;
    this.absent.set(key, true);
  }

  /** `bytes` is the reckoned cost that `maxBytes` bounds. */
  stats(): { entries: number; bytes: number } {
    return { entries: this.entries.size, bytes: this.entries.calculatedSize };
  }
}

function costBytes(entry: CacheEntry, key: string): number {
  return entry.body.byteLength + key.length + entry.etag.length + ENTRY_OVERHEAD_BYTES;
}

/**
 * A Buffer may be a window on far more memory (a network chunk, a whole Kafka fetch) and keeps all of it alive:
 * held for an hour, a body of 1 kB could cost 1 MB that nobody counts. Such a body is copied into its own memory.
 */
function withOwnBody<Entry extends CacheEntry>(entry: Entry): Entry {
  const { body } = entry;
  if (body.buffer.byteLength <= body.byteLength * 2) return entry;
  const own = Buffer.allocUnsafeSlow(body.byteLength);
  body.copy(own);
  return { ...entry, body: own };
}

/** lru-cache asks for the time at most once per resolution: 1% of the TTL is exact enough and spares the clock. */
function resolutionMs(ttlMs: number): number {
  return Math.min(1_000, Math.max(1, Math.floor(ttlMs / 100)));
}
