import type { CacheEntry } from './cache-entry.js';

/** What is to happen to one key, in this order: forget everything, refuse what is older, hold this entry. */
export interface KeyChange {
  /** Drops whatever is held, and guards against loaded entries. */
  readonly clear: boolean;
  /** Drops what is older than this version, and guards against it. */
  readonly floor: number | undefined;
  readonly entry: CacheEntry | undefined;
  /** The entry was read from the store at some time before now; see `CacheTier.put`. */
  readonly loaded: boolean;
}

export function putChange(entry: CacheEntry, loaded: boolean): KeyChange {
  return { clear: false, floor: undefined, entry, loaded };
}

export function invalidateChange(version: number | undefined): KeyChange {
  return { clear: version === undefined, floor: version, entry: undefined, loaded: false };
}

/** One change that has the effect of `earlier` and then `later`. */
export function mergeChanges(earlier: KeyChange, later: KeyChange): KeyChange {
  if (later.clear) return later;
  const floor = highest(earlier.floor, later.floor);
  const justCleared = earlier.clear && earlier.floor === undefined && earlier.entry === undefined;
  if (later.entry === undefined || (justCleared && later.loaded)) return { ...earlier, floor };
  if (earlier.entry === undefined) return { ...later, clear: earlier.clear, floor };
  return {
    clear: earlier.clear,
    floor,
    entry: later.entry.version > earlier.entry.version ? later.entry : earlier.entry,
    // One commit among them is enough: its version must stay known when the entry cannot be written.
    loaded: earlier.loaded && later.loaded,
  };
}

/**
 * What remains of a change whose entry cannot be written now: what is older than the entry must still go. A loaded
 * entry leaves nothing, since whoever committed that version sees to it. undefined: nothing remains to be done.
 */
export function withoutEntry(change: KeyChange): KeyChange | undefined {
  const floor = highest(change.floor, change.loaded ? undefined : change.entry?.version);
  return change.clear || floor !== undefined
    ? { clear: change.clear, floor, entry: undefined, loaded: false }
    : undefined;
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
