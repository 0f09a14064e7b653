import type { EntryKey } from './entry-key.js';

export const MAX_VALUE_BYTES = 1_048_576;
export const MAX_METADATA_BYTES = 16_384;
/** 100 years of 365.25 days. */
export const MAX_TTL_SECONDS = 3_155_760_000;

/** What a write puts under a key. */
export interface EntryContent {
  /** A JSON text as it came, or the bytes of another content type. At most {@link MAX_VALUE_BYTES}. */
  readonly value: Buffer;
  /** Of bytes, as it came; undefined: the value is JSON. */
  readonly contentType?: string | undefined;
  /** A JSON object as it came, at most {@link MAX_METADATA_BYTES}. */
  readonly metadata?: string | undefined;
  /** As it came; 0: for good. */
  readonly ttlSeconds?: number | undefined;
}

/** How a key stands, as PostgreSQL has it. Times are microseconds since the Unix epoch. */
export interface StoredEntry extends EntryKey {
  /** 1 with the first write, and one more with each. */
  readonly version: number;
  /** When the key last came to be. */
  readonly createdAtUs: number;
  readonly updatedAtUs: number;
  /** When the value ends, or, of a tombstone, when it ended. */
  readonly endsAtUs?: number | undefined;
  /** undefined: a tombstone, since it was deleted, or has ended and was swept */
  readonly content: EntryContent | undefined;
}

const US_A_MS = 1_000;
const LONG_GONE_MS = 3_600_000;

/** Whether there is a value at a time, in milliseconds since the Unix epoch. */
export const isAlive = ({ content, endsAtUs }: StoredEntry, atMs: number): boolean =>
  content !== undefined && (endsAtUs === undefined || endsAtUs > atMs * US_A_MS);

/**
 * Whether there has been no value for longer than any read takes. Redis need not know of such keys, and must not when their
 * tombstones are forgotten and their versions begin anew.
 */
export const isLongGone = (entry: StoredEntry, atMs: number): boolean =>
  !isAlive(entry, atMs) && (entry.endsAtUs ?? 0) / US_A_MS < atMs - LONG_GONE_MS;

/** The strong ETag (RFC 9110, section 8.8.3). The time tells two lives of a key apart whose versions are the same. */
export const etagOf = ({ version, createdAtUs }: Pick<StoredEntry, 'version' | 'createdAtUs'>): string =>
  `"${version}-${createdAtUs}"`;

/** RFC 3339, in UTC and to the microsecond. */
export function timeText(us: number): string {
  const ms = Math.floor(us / US_A_MS);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * US_A_MS).padStart(3, '0')}Z`;
}
