import { storageKeyOf } from '../model/entry-key.js';
import type { StoredEntry } from '../model/stored-entry.js';

/** Versions that Redis is being told of: what it says of their keys may be older until then. */
export class VersionsUnderWay {
  private readonly versions = new Map<string, number>();

  /** @returns to be called once Redis knows them, or will not */
  begin(entries: readonly StoredEntry[]): () => void {
    const keyed = entries.map((entry) => [storageKeyOf(entry), entry.version] as const);
    for (const [storageKey, version] of keyed) this.versions.set(storageKey, version);
    return () => {
      for (const [storageKey, version] of keyed) {
        if (this.versions.get(storageKey) === version) this.versions.delete(storageKey);
      }
    };
  }

  /** 0 where none is. */
  of(storageKey: string): number {
    return this.versions.get(storageKey) ?? 0;
  }
}
