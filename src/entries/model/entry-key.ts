import { isUtf8 } from 'node:buffer';

/** Whose an entry is, and what it is called there: each 1 to {@link MAX_NAME_BYTES} bytes of UTF-8, any characters. */
export interface EntryKey {
  /** The tenant, in the words of the API the instance. */
  readonly instance: string;
  readonly key: string;
}

export const MAX_NAME_BYTES = 255;

/** The instance of whoever names none. */
export const GLOBAL_INSTANCE = 'global';

export const ENTRY_NAME = `1 to ${MAX_NAME_BYTES} bytes of UTF-8`;

/** Whether a text may be a key or an instance. A lone surrogate has no form in UTF-8. */
export function isEntryName(text: string): boolean {
  if (text.length === 0 || text.length > MAX_NAME_BYTES || !text.isWellFormed()) return false;
  return Buffer.byteLength(text) <= MAX_NAME_BYTES;
}

/**
 * One text for both: the key in memory, in Redis and of messages. Both parts are percent-encoded (RFC 3986), so that the
 * slash stands between them alone, and no two entries have one text.
 */
export function storageKeyOf({ instance, key }: EntryKey): string {
  return `${encodeURIComponent(instance)}/${encodeURIComponent(key)}`;
}

/** @returns undefined for a text that {@link storageKeyOf} makes of no entry */
export function parseStorageKey(text: string): EntryKey | undefined {
  const [instance, key, ...rest] = text.split('/').map(decoded);
  if (instance === undefined || key === undefined || rest.length > 0) return undefined;
  const entry = { instance, key };
  return isEntryName(instance) && isEntryName(key) && storageKeyOf(entry) === text ? entry : undefined;
}

/** A text of which each character stands for a byte, as Node hands a header's value over. @returns undefined for no UTF-8 */
export function textOfLatin1(bytes: string): string | undefined {
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString() : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
