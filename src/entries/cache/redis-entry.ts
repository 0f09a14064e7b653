import { isEntryName, storageKeyOf } from '../model/entry-key.js';
import type { StoredEntry } from '../model/stored-entry.js';

/**
 * An entry as it stands in Redis: {@link MAGIC}, the version as a big-endian double, which scripts compare, the length of
 * the head as 32 bits, the head as JSON, and the value as it is.
 */
export const MAGIC = 'WE1\n';
export const VERSION_AT = MAGIC.length;
const HEAD_LENGTH_AT = VERSION_AT + 8;
export const HEAD_AT = HEAD_LENGTH_AT + 4;

interface Head {
  readonly instance: string;
  readonly key: string;
  readonly created: number;
  readonly updated: number;
  readonly ends?: number | undefined;
  /** Without it there is no value. */
  readonly content?: {
    readonly type?: string | undefined;
    readonly metadata?: string | undefined;
    readonly ttl?: number | undefined;
  };
}

export function encodeEntry({ content, ...entry }: StoredEntry): Buffer {
  const { instance, key, version, createdAtUs: created, updatedAtUs: updated, endsAtUs: ends } = entry;
  const head: Head = {
    instance,
    key,
    created,
    updated,
    ends,
    ...(content && {
      content: { type: content.contentType, metadata: content.metadata, ttl: content.ttlSeconds },
    }),
  };
  const text = Buffer.from(JSON.stringify(head));
  const value = content?.value ?? Buffer.alloc(0);
  const bytes = Buffer.allocUnsafe(HEAD_AT + text.length + value.length);
  bytes.write(MAGIC, 'latin1');
  bytes.writeDoubleBE(version, VERSION_AT);
  bytes.writeUInt32BE(text.length, HEAD_LENGTH_AT);
  text.copy(bytes, HEAD_AT);
  value.copy(bytes, HEAD_AT + text.length);
  return bytes;
}

/** @returns undefined for anything that {@link encodeEntry} does not make of the entry of that storage key */
export function decodeEntry(storageKey: string, bytes: Buffer): StoredEntry | undefined {
  if (bytes.length < HEAD_AT || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const version = bytes.readDoubleBE(VERSION_AT);
  const valueAt = HEAD_AT + bytes.readUInt32BE(HEAD_LENGTH_AT);
  if (!Number.isSafeInteger(version) || version < 1 || valueAt > bytes.length) return undefined;
  const head = headOf(bytes.toString('utf8', HEAD_AT, valueAt));
  if (head === undefined || storageKeyOf(head) !== storageKey) return undefined;
  const { instance, key, created, updated, ends, content } = head;
  return {
    instance,
    key,
    version,
    createdAtUs: created,
    updatedAtUs: updated,
    endsAtUs: ends,
    content: content && {
      value: bytes.subarray(valueAt),
      contentType: content.type,
      metadata: content.metadata,
      ttlSeconds: content.ttl,
    },
  };
}

function headOf(text: string): Head | undefined {
  let head: unknown;
  try {
    head = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isHead(head) ? head : undefined;
}

const isOptional = (value: unknown, type: 'string' | 'number'): boolean =>
  value === undefined || typeof value === type;

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null) return false;
  const { instance, key, created, updated, ends, content } = value as Record<keyof Head, unknown>;
  if (typeof instance !== 'string' || typeof key !== 'string') return false;
  if (!isEntryName(instance) || !isEntryName(key)) return false;
  if (!Number.isSafeInteger(created) || !Number.isSafeInteger(updated) || !isOptional(ends, 'number')) {
    return false;
  }
  if (content === undefined) return true;
  if (typeof content !== 'object' || content === null) return false;
  const { type, metadata, ttl } = content as Record<string, unknown>;
  return isOptional(type, 'string') && isOptional(metadata, 'string') && isOptional(ttl, 'number');
}
