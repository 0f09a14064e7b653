import type { KeyRead, KeyWrite } from './entry-operations.js';
import type { KeyVersions, Version } from './key-versions.js';

/** PostgreSQL keeps microseconds and callers see milliseconds; both clocks are of one machine. */
const CLOCK_SLACK_MS = 50;

/**
 * How a key can stand, one state after the other: 2v is version v, 2v + 1 is version v after its value has ended, and 0 is
 * the key that nobody has written to.
 */
export class KeyStates {
  constructor(private readonly versions: KeyVersions) {}

  /** The last one that there can be. */
  get last(): number {
    return 2 * this.versions.all.length + 1;
  }

  /** When the key cannot have stood so yet. */
  notBeforeMs(state: number): number {
    const version = this.versionOf(state);
    if (version === undefined) return -Infinity;
    const madeMs = Math.max(
      version.notBeforeMs,
      earliest(writersOf(version), ({ startMs }) => startMs),
    );
    return state % 2 === 0 ? madeMs : Math.max(madeMs, endsAfterMs(version) - CLOCK_SLACK_MS);
  }

  /** Whether the answer to a read can be told of the state, whatever came before or after. */
  fits({ startMs, endMs, seen }: KeyRead, state: number): boolean {
    if (this.notBeforeMs(state) > endMs) return false;
    const version = this.versionOf(state);
    const hasEnded = state % 2 === 1;
    switch (seen.what) {
      case 'value':
        if (version?.version !== seen.version || hasEnded) return false;
        return seen.serial !== undefined || canBe(version, 'put');
      case 'not':
        return version?.version !== seen.version || hasEnded;
      case 'absent':
        if (seen.version !== undefined && seen.version !== (version?.version ?? 0)) return false;
        return version === undefined ? state === 0 : hasEnded ? canEnd(version) : canBe(version, 'delete');
      case 'present':
        return (
          version !== undefined && !hasEnded && canBe(version, 'put') && this.shownUntilMs(state) >= startMs
        );
      case 'foreign':
        return false;
    }
  }

  /** Until when a value can be shown. */
  shownUntilMs(state: number): number {
    const version = this.versionOf(state);
    if (version === undefined) return -Infinity;
    const writers = writersOf(version).filter(({ kind }) => kind === 'put');
    if (writers.length === 0) return version.write === undefined ? Infinity : -Infinity;
    const ttlMs = writers.reduce((most, write) => Math.max(most, write.ttlMs ?? Infinity), 0);
    return version.notAfterMs + ttlMs + CLOCK_SLACK_MS;
  }

  versionOf(state: number): Version | undefined {
    return this.versions.all[(state >> 1) - 1];
  }
}

const writersOf = ({ write, writers }: Version): readonly KeyWrite[] =>
  write === undefined ? writers : [write];

/** Of a version that nobody can have written nothing is known: it is found as such, and excuses what follows. */
const canBe = (version: Version, wanted: KeyWrite['kind']): boolean => {
  const writers = writersOf(version);
  return writers.length === 0 || writers.some(({ kind }) => kind === wanted);
};

const canEnd = (version: Version): boolean => {
  const writers = writersOf(version);
  return writers.length === 0 || writers.some(({ ttlMs }) => ttlMs !== undefined);
};

const endsAfterMs = (version: Version): number =>
  earliest(writersOf(version), ({ startMs, ttlMs }) => startMs + (ttlMs ?? Infinity));

/** @returns -Infinity of none */
const earliest = (writes: readonly KeyWrite[], timeOf: (write: KeyWrite) => number): number =>
  writes.length === 0 ? -Infinity : writes.reduce((least, write) => Math.min(least, timeOf(write)), Infinity);
