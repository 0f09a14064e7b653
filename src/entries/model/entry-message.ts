import type { StoredEntry } from './stored-entry.js';

/** Headers of messages of entries. Times are microseconds since the Unix epoch; the value of a delete is null. */
export const ENTRY_HEADERS = {
  /** Of a change that is stored; a write that has yet to be stored has none. */
  version: 'entry_version',
  createdAt: 'entry_created_at',
  updatedAt: 'entry_updated_at',
  endsAt: 'entry_ends_at',
  /** Of bytes; without it the value is JSON. */
  contentType: 'entry_content_type',
  metadata: 'entry_metadata',
  ttl: 'entry_ttl',
} as const;

export function headersOfStored(entry: StoredEntry): Record<string, string> {
  const { version, createdAtUs, updatedAtUs, endsAtUs, content } = entry;
  const headers: Record<string, string> = {
    [ENTRY_HEADERS.version]: String(version),
    [ENTRY_HEADERS.createdAt]: String(createdAtUs),
    [ENTRY_HEADERS.updatedAt]: String(updatedAtUs),
  };
  if (endsAtUs !== undefined) headers[ENTRY_HEADERS.endsAt] = String(endsAtUs);
  if (content?.contentType !== undefined) headers[ENTRY_HEADERS.contentType] = content.contentType;
  if (content?.metadata !== undefined) headers[ENTRY_HEADERS.metadata] = content.metadata;
  if (content?.ttlSeconds !== undefined) headers[ENTRY_HEADERS.ttl] = String(content.ttlSeconds);
  return headers;
}
