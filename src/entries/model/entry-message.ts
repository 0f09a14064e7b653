import { type QueuedWrite, writeIdText } from './queued-write.js';
import type { EntryContent, StoredEntry } from './stored-entry.js';

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
  /** X-Write-Timestamp, of a write that has yet to be stored; so are the following. */
  writtenAt: 'entry_written_at',
  acceptedAt: 'entry_accepted_at',
  writeId: 'entry_write_id',
} as const;

export function headersOfStored(entry: StoredEntry): Record<string, string> {
  const { version, createdAtUs, updatedAtUs, endsAtUs, content } = entry;
  return {
    [ENTRY_HEADERS.version]: String(version),
    [ENTRY_HEADERS.createdAt]: String(createdAtUs),
    [ENTRY_HEADERS.updatedAt]: String(updatedAtUs),
    ...headersOfContent(content, endsAtUs),
  };
}

export function headersOfQueued(write: QueuedWrite): Record<string, string> {
  const { id, acceptedAtUs, writtenAtUs, endsAtUs, content } = write;
  return {
    [ENTRY_HEADERS.writeId]: writeIdText(id),
    [ENTRY_HEADERS.acceptedAt]: String(acceptedAtUs),
    ...(writtenAtUs !== undefined && { [ENTRY_HEADERS.writtenAt]: String(writtenAtUs) }),
    ...headersOfContent(content, endsAtUs),
  };
}

function headersOfContent(
  content: EntryContent | undefined,
  endsAtUs: number | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (endsAtUs !== undefined) headers[ENTRY_HEADERS.endsAt] = String(endsAtUs);
  if (content?.contentType !== undefined) headers[ENTRY_HEADERS.contentType] = content.contentType;
  if (content?.metadata !== undefined) headers[ENTRY_HEADERS.metadata] = content.metadata;
  if (content?.ttlSeconds !== undefined) headers[ENTRY_HEADERS.ttl] = String(content.ttlSeconds);
  return headers;
}

/** How soon an entry is to be read into Redis. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];
