import type { ShownEntry } from './held-entry.js';

/** What a look-up has found. */
export interface FoundEntry {
  /** undefined: there is no value */
  readonly entry: ShownEntry | undefined;
  readonly from: 'memory' | 'redis' | 'postgres';
}
