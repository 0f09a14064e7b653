import type { EntryKey } from './entry-key.js';
import type { EntryContent } from './stored-entry.js';

/** What tells a queued write from all others. Those of one process are numbered in the order in which they are queued. */
export interface WriteId {
  /** What the process is called that has accepted it; no two are called the same. */
  readonly process: string;
  /** From 1. */
  readonly number: number;
}

/** A write that was accepted and waits to be stored (ENTRIES_WRITE=behind). Times are microseconds since the Unix epoch. */
export interface QueuedWrite extends EntryKey {
  /** undefined: it is a delete */
  readonly content: EntryContent | undefined;
  /** X-Write-Timestamp */
  readonly writtenAtUs?: number | undefined;
  readonly acceptedAtUs: number;
  /** When the value ends. */
  readonly endsAtUs?: number | undefined;
  readonly id: WriteId;
}

/** A key, by its storage key, and a write of it that waits no more; nor does any that its process has queued before. */
export interface SettledWrite {
  readonly storageKey: string;
  readonly id: WriteId;
}

const WRITE_ID = /^([\w-]{1,64})\.([1-9]\d{0,15})$/;

export const writeIdText = ({ process, number }: WriteId): string => `${process}.${number}`;

/** @returns undefined for what {@link writeIdText} does not make */
export function parseWriteId(text: string): WriteId | undefined {
  const [, process, digits] = WRITE_ID.exec(text) ?? [];
  const number = Number(digits);
  return process !== undefined && Number.isSafeInteger(number) ? { process, number } : undefined;
}
