import { isUtf8 } from 'node:buffer';
import { lastValueOf } from '../../platform/messaging/event-headers.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import { DEAD_LETTER_ID_HEADER, EDITED_LETTER_ID_HEADER } from '../../platform/messaging/refused-events.js';
import { faultOfJson } from '../../platform/validation/json-members.js';
import { MAX_DEPTH } from '../../platform/validation/json-text.js';
import { ENTRY_NAME, type EntryKey, parseStorageKey } from '../model/entry-key.js';
import { ENTRY_HEADERS } from '../model/entry-message.js';
import type { EntryChange } from '../model/entry-news.js';
import { isMediaType, MEDIA_TYPE_RULE } from '../model/media-type.js';
import { parseWriteId } from '../model/queued-write.js';
import {
  type EntryContent,
  MAX_METADATA_BYTES,
  MAX_TTL_SECONDS,
  MAX_VALUE_BYTES,
} from '../model/stored-entry.js';
import type { IncomingWrite } from '../service/entry-intake.js';

/** What is wrong with an event: it can never be brought to its end. */
class EventFault extends Error {}

/** An event of the topic: a change that is stored, a write that is to be stored, or why it is neither. */
export type EntryEvent =
  { readonly change: EntryChange } | { readonly write: IncomingWrite } | { readonly reason: string };

const US_A_MS = 1_000;
const WHOLE_NUMBER = /^\d{1,16}$/;
const WHOLE_NUMBER_OR_LESS = /^-?\d{1,16}$/;

export function readEntryEvent(event: ReceivedEvent): EntryEvent {
  try {
    const storageKey = event.key?.toString('latin1') ?? '';
    const key = parseStorageKey(storageKey);
    if (key === undefined) {
      throw new EventFault(
        `the key must be an instance and a key with a slash between them, both percent-encoded, and each ${ENTRY_NAME}`,
      );
    }
    const version = numberOf(event, ENTRY_HEADERS.version, 1);
    return version === undefined ? { write: writeOf(event, key) } : { change: { storageKey, version } };
  } catch (error) {
    if (error instanceof EventFault) return { reason: error.message };
    throw error;
  }
}

function writeOf(event: ReceivedEvent, key: EntryKey): IncomingWrite {
  const isEdited = textOf(event, EDITED_LETTER_ID_HEADER) !== undefined;
  const origin = { origin: event, isReplay: textOf(event, DEAD_LETTER_ID_HEADER) !== undefined };
  const content = event.value === null ? undefined : contentOf(event, event.value);
  const sentAtUs = Math.round(event.timestampMs * US_A_MS);
  // What somebody has edited is a new event; the times of the old one are not its own.
  if (isEdited) return { ...key, ...origin, content, acceptedAtUs: sentAtUs };
  return {
    ...key,
    ...origin,
    content,
    writtenAtUs: timeOf(event, ENTRY_HEADERS.writtenAt),
    acceptedAtUs: timeOf(event, ENTRY_HEADERS.acceptedAt) ?? sentAtUs,
    endsAtUs: content && timeOf(event, ENTRY_HEADERS.endsAt),
    id: idOf(event),
  };
}

function contentOf(event: ReceivedEvent, value: Buffer): EntryContent {
  if (value.length > MAX_VALUE_BYTES) {
    throw new EventFault(`the value must have at most ${MAX_VALUE_BYTES} bytes, not ${value.length}`);
  }
  const contentType = textOf(event, ENTRY_HEADERS.contentType);
  if (contentType === undefined) requireJson(value, 'the value');
  else if (!isMediaType(contentType)) {
    throw new EventFault(`${ENTRY_HEADERS.contentType} must be ${MEDIA_TYPE_RULE}`);
  }
  return {
    value,
    contentType,
    metadata: metadataOf(event),
    ttlSeconds: numberOf(event, ENTRY_HEADERS.ttl, 0, MAX_TTL_SECONDS),
  };
}

function metadataOf(event: ReceivedEvent): string | undefined {
  const text = textOf(event, ENTRY_HEADERS.metadata);
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text);
  if (!text.startsWith('{') || bytes.length > MAX_METADATA_BYTES) {
    throw new EventFault(
      `${ENTRY_HEADERS.metadata} must be a JSON object of at most ${MAX_METADATA_BYTES} bytes`,
    );
  }
  requireJson(bytes, ENTRY_HEADERS.metadata);
  return text;
}

function requireJson(bytes: Buffer, name: string): void {
  const fault = faultOfJson(bytes, MAX_DEPTH);
  if (fault !== undefined) throw new EventFault(`${name} ${fault}`);
}

function idOf(event: ReceivedEvent): IncomingWrite['id'] {
  const text = textOf(event, ENTRY_HEADERS.writeId);
  if (text === undefined) return undefined;
  const id = parseWriteId(text);
  if (id === undefined) throw new EventFault(`${ENTRY_HEADERS.writeId} must be a name and a number`);
  return id;
}

/** Microseconds since the Unix epoch. */
function timeOf(event: ReceivedEvent, name: string): number | undefined {
  const text = textOf(event, name);
  if (text === undefined) return undefined;
  const us = Number(text);
  if (!WHOLE_NUMBER_OR_LESS.test(text) || !Number.isSafeInteger(us)) {
    throw new EventFault(`${name} must be microseconds since 1970`);
  }
  return us;
}

function numberOf(
  event: ReceivedEvent,
  name: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const text = textOf(event, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!WHOLE_NUMBER.test(text) || number < least || number > most) {
    throw new EventFault(`${name} must be a whole number from ${least} to ${most}`);
  }
  return number;
}

function textOf({ headers }: ReceivedEvent, name: string): string | undefined {
  const bytes = lastValueOf(headers, name);
  if (bytes !== undefined && !isUtf8(bytes)) throw new EventFault(`${name} must be UTF-8`);
  return bytes?.toString();
}
