/**
 * What callers did to one key of one tenant, and what they were told. Times are milliseconds of one monotonic clock
 * (`performance.now()` of the one process that has all callers).
 */

/** A write of one key; a batch is one for each of its keys. */
export interface KeyWrite {
  /** Names the write in the whole run, and stands in its value. */
  readonly serial: number;
  readonly kind: 'put' | 'delete';
  /** Name of the replica that was asked. */
  readonly replica: string;
  readonly startMs: number;
  /** When the answer was there, or nobody waited for it any more. */
  readonly endMs: number;
  /** `unanswered`: no answer, or one that says that nobody knows (503). It may take effect once, whenever. */
  readonly outcome: 'acknowledged' | 'refused' | 'unanswered';
  /** As the answer had it; the answer to a delete has none. */
  readonly version?: number | undefined;
  /** Whether the answer says that the key had no value before. */
  readonly isNew?: boolean | undefined;
  /** As the answer had it. */
  readonly createdAt?: string | undefined;
  /** How long the value is to be shown; undefined: for good. */
  readonly ttlMs?: number | undefined;
  /** If-Match, by the version that the ETag is of. */
  readonly ifVersion?: number | undefined;
  /** If-None-Match: * */
  readonly ifAbsent?: boolean | undefined;
  /** X-Write-Timestamp, by the clock of the history. */
  readonly writtenAtMs?: number | undefined;
  /** Why it was refused: what is held has a later time (409). */
  readonly isOutdated?: boolean | undefined;
  /** Names the batch that it is part of, all or none of which is to take effect. */
  readonly batch?: number | undefined;
}

/** What an answer tells of how a key stands. */
export type Seen =
  /** `serial` is the write that the value names; without one only the version was told (304). */
  | {
      readonly what: 'value';
      readonly version: number;
      readonly serial?: number;
      readonly createdAt?: string | undefined;
    }
  /** There is no value. PostgreSQL itself knows the version of that. */
  | { readonly what: 'absent'; readonly version?: number }
  /** There is some value. */
  | { readonly what: 'present' }
  /** It is not the value of this version. */
  | { readonly what: 'not'; readonly version: number }
  /** What no caller has written to this key. */
  | { readonly what: 'foreign'; readonly told: string };

export interface KeyRead {
  readonly replica: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly seen: Seen;
  /** Whether PostgreSQL itself told it, as it does with a refusal of a write: then it is never older than asked for. */
  readonly isOrdered?: boolean;
  /** Whether the replica only passes on what PostgreSQL told, as it does with a list, and may be behind that itself. */
  readonly isPassing?: boolean;
  /** Whether it is the last one, when nothing was under way any more: no write took effect after it. */
  readonly isLast?: boolean;
}

/** As it stands in what is found: who was asked, and when, in seconds. */
export function timesOf({ replica, startMs, endMs }: KeyWrite | KeyRead): string {
  return `${replica} ${(startMs / 1_000).toFixed(3)}–${(endMs / 1_000).toFixed(3)}`;
}

/** As it stands in what is found. */
export function wordsOf(write: KeyWrite): string {
  const { serial, kind, outcome, version } = write;
  const told = version === undefined ? outcome : `${outcome} as version ${version}`;
  return `${kind} ${serial} [${timesOf(write)}, ${told}]`;
}
