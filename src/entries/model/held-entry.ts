import { etagOf, type StoredEntry, timeText } from './stored-entry.js';

/** How a key stands, as it is held in memory: a ready answer, or that there is none. */
export interface HeldEntry {
  readonly version: number;
  /** As it goes out, with its quotes. */
  readonly etag: string;
  /** JSON: the whole envelope. Other content types: the bytes. Empty where there is no value. */
  readonly body: Buffer;
  /** Of bytes. */
  readonly contentType?: string | undefined;
  /** Of bytes: what an envelope has besides the value. */
  readonly facts?: string | undefined;
  /** The value is shown until then, in milliseconds since the Unix epoch. */
  readonly endsAtMs: number;
}

const NOTHING = Buffer.alloc(0);

export function heldEntryOf(entry: StoredEntry): HeldEntry {
  const { version, content, endsAtUs } = entry;
  const etag = etagOf(entry);
  if (content === undefined) return { version, etag, body: NOTHING, endsAtMs: -Infinity };
  const endsAtMs = endsAtUs === undefined ? Infinity : endsAtUs / 1_000;
  const { value, contentType } = content;
  if (contentType === undefined) {
    const { head, tail } = aroundValue(entry);
    return { version, etag, body: Buffer.concat([head, value, tail]), endsAtMs };
  }
  return { version, etag, body: value, contentType, facts: factsOf(entry), endsAtMs };
}

/** Whether it has a value to show. */
export const isShown = ({ endsAtMs }: HeldEntry, nowMs = Date.now()): boolean => endsAtMs > nowMs;

/** The envelope, `{key, value, version, ttl?, metadata?, created_at, updated_at}`; of bytes the value is in base64. */
export function envelopeOf({ body, contentType, facts = '' }: HeldEntry, key: string): Buffer {
  if (contentType === undefined) return body;
  const value = JSON.stringify({ base64: body.toString('base64'), content_type: contentType });
  return Buffer.from(`{"key":${JSON.stringify(key)},"value":${value}${facts}`);
}

/** As {@link envelopeOf}, of what was just stored. */
export const envelopeOfStored = (entry: StoredEntry): Buffer => envelopeOf(heldEntryOf(entry), entry.key);

function aroundValue(entry: StoredEntry): { head: Buffer; tail: Buffer } {
  return {
    head: Buffer.from(`{"key":${JSON.stringify(entry.key)},"value":`),
    tail: Buffer.from(factsOf(entry)),
  };
}

function factsOf({ version, content, createdAtUs, updatedAtUs }: StoredEntry): string {
  const ttl = content?.ttlSeconds === undefined ? '' : `,"ttl":${content.ttlSeconds}`;
  const metadata = content?.metadata === undefined ? '' : `,"metadata":${content.metadata}`;
  return `,"version":${version}${ttl}${metadata},"created_at":"${timeText(createdAtUs)}","updated_at":"${timeText(updatedAtUs)}"}`;
}
