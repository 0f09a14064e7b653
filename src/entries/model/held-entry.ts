import type { QueuedWrite } from './queued-write.js';
import { type EntryContent, etagOf, type StoredEntry, timeText } from './stored-entry.js';

/** A ready answer, or that there is none. */
export interface ShownEntry {
  /** As it goes out, with its quotes; undefined of a write that waits to be stored, which has no version yet. */
  readonly etag?: string | undefined;
  /** JSON: the whole envelope. Other content types: the bytes. Empty where there is no value. */
  readonly body: Buffer;
  /** Of bytes. */
  readonly contentType?: string | undefined;
  /** Of bytes: what an envelope has besides the value. */
  readonly facts?: string | undefined;
  /** The value is shown until then, in milliseconds since the Unix epoch. */
  readonly endsAtMs: number;
}

/** How a key stands, as it is held in memory. */
export interface HeldEntry extends ShownEntry {
  readonly version: number;
  readonly etag: string;
}

const NOTHING = Buffer.alloc(0);

export function heldEntryOf(entry: StoredEntry): HeldEntry {
  const { version, content, endsAtUs } = entry;
  const etag = etagOf(entry);
  if (content === undefined) return { version, etag, body: NOTHING, endsAtMs: -Infinity };
  const endsAtMs = msOf(endsAtUs);
  const { value, contentType } = content;
  const facts = factsOf(entry);
  if (contentType !== undefined) return { version, etag, body: value, contentType, facts, endsAtMs };
  return { version, etag, body: Buffer.concat([headOf(entry.key), value, Buffer.from(facts)]), endsAtMs };
}

/** Whether it has a value to show. */
export const isShown = ({ endsAtMs }: Pick<ShownEntry, 'endsAtMs'>, nowMs = Date.now()): boolean =>
  endsAtMs > nowMs;

/** What a write is shown as that waits to be stored: nobody knows its version yet, nor what it will find. */
export function shownEntryOf(write: Pick<QueuedWrite, 'key' | 'content' | 'endsAtUs'>): ShownEntry {
  const { key, content, endsAtUs } = write;
  if (content === undefined) return { body: NOTHING, endsAtMs: -Infinity };
  const endsAtMs = msOf(endsAtUs);
  const { value, contentType } = content;
  const facts = `${factsOfContent(content)}}`;
  if (contentType !== undefined) return { body: value, contentType, facts, endsAtMs };
  return { body: Buffer.concat([headOf(key), value, Buffer.from(facts)]), endsAtMs };
}

/** The envelope, `{key, value, version, ttl?, metadata?, created_at, updated_at}`; of bytes the value is in base64. */
export function envelopeOf({ body, contentType, facts = '' }: ShownEntry, key: string): Buffer {
  if (contentType === undefined) return body;
  const value = JSON.stringify({ base64: body.toString('base64'), content_type: contentType });
  return Buffer.from(`{"key":${JSON.stringify(key)},"value":${value}${facts}`);
}

/** As {@link envelopeOf}, of what was just stored. */
export const envelopeOfStored = (entry: StoredEntry): Buffer => envelopeOf(heldEntryOf(entry), entry.key);

const msOf = (endsAtUs: number | undefined): number => (endsAtUs === undefined ? Infinity : endsAtUs / 1_000);

const headOf = (key: string): Buffer => Buffer.from(`{"key":${JSON.stringify(key)},"value":`);

function factsOf({ version, content, createdAtUs, updatedAtUs }: StoredEntry): string {
  const times = `,"created_at":"${timeText(createdAtUs)}","updated_at":"${timeText(updatedAtUs)}"`;
  return `,"version":${version}${factsOfContent(content)}${times}}`;
}

function factsOfContent(content: EntryContent | undefined): string {
  const ttl = content?.ttlSeconds === undefined ? '' : `,"ttl":${content.ttlSeconds}`;
  return content?.metadata === undefined ? ttl : `${ttl},"metadata":${content.metadata}`;
}
