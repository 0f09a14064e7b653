import type { EntryKey } from './entry-key.js';
import type { EntryContent, StoredEntry } from './stored-entry.js';

/** What has to be so for a write to be made; ETags as {@link etagOf} makes them, or `*` for any. */
export interface WriteConditions {
  /** If-Match (RFC 9110, section 13.1.1): there is a value, of one of these ETags. */
  readonly ifMatch?: '*' | readonly string[] | undefined;
  /** If-None-Match (section 13.1.2): there is no value, or of none of these ETags. */
  readonly ifNoneMatch?: '*' | readonly string[] | undefined;
}

/** A write of one key: a value, or with no content a delete. */
export interface EntryWrite extends EntryKey, WriteConditions {
  readonly content: EntryContent | undefined;
  /** X-Write-Timestamp, in microseconds since the Unix epoch; without it the time at which it is stored. */
  readonly writtenAtUs?: number | undefined;
}

/**
 * What became of a write:
 * - `created`: the key had no value; `replaced`: it had one; `deleted`: it has none any more
 * - `absent`: there was nothing to delete
 * - `mismatched`: a condition is not so
 * - `outdated`: what is held was written later
 * - `accepted`: it will be stored, and nobody can know yet what it will find (ENTRIES_WRITE=behind)
 */
export type WriteReceipt =
  | { readonly outcome: 'created' | 'replaced' | 'deleted'; readonly entry: StoredEntry }
  | { readonly outcome: 'absent' | 'mismatched' | 'outdated' | 'accepted' };
