import {
  BatchTable,
  BYTEA,
  column,
  INT64,
  INTEGER,
  JSONB,
  TEXT,
  TIMESTAMPTZ,
} from '../database/batch-table.js';
import { type EventHeaders, headersToJson } from '../messaging/event-headers.js';
import { columnTimeUs, int64Of, timestampOf } from '../messaging/event-time.js';
import type { ReceivedEvent, RefusedEvent } from '../messaging/received-event.js';
import { plainText, storableText } from './storable-text.js';

/** Of how many bits PostgreSQL's integer is; a count beyond it stays at that. */
const MAX_INTEGER = 2 ** 31 - 1;

export const offsetOf = ({ offset }: Pick<ReceivedEvent, 'offset'>): bigint => int64Of(offset);
const attemptsOf = ({ attempts }: RefusedEvent): number => Math.min(Math.max(attempts, 0), MAX_INTEGER);

/** A refused event whose texts the database can hold. */
export interface Letter extends RefusedEvent {
  /** As the version before keeps headers and replays them: the last value of each name, in base64. */
  readonly headerMap: Readonly<Record<string, string>>;
}

/** Letters as rows of their table. */
export const LETTERS = new BatchTable<Letter>('dead_letters', [
  column('context', TEXT, ({ event }) => event.context),
  column('topic', TEXT, ({ event }) => event.topic),
  column('partition', INTEGER, ({ event }) => event.partition),
  column('"offset"', INT64, ({ event }) => offsetOf(event)),
  column('event_time', TIMESTAMPTZ, ({ event }) => columnTimeUs(event)),
  column('event_timestamp', INT64, ({ event }) => timestampOf(event)),
  column('key', BYTEA, ({ event }) => event.key ?? undefined),
  column('value', BYTEA, ({ event }) => event.value ?? undefined),
  column('headers', JSONB, ({ headerMap }) => JSON.stringify(headerMap)),
  column('header_list', JSONB, ({ event: { headers } }) => {
    return headers.length === 0 ? undefined : JSON.stringify(headersToJson(headers));
  }),
  column('reason', TEXT, ({ reason }) => reason),
  column('attempts', INTEGER, attemptsOf),
]);

/** A refused event that says of itself which letter it is a replay of. */
export interface Repetition extends RefusedEvent {
  readonly letterId: number;
}

export const REPETITIONS = new BatchTable<Repetition>('dead_letter_attempts', [
  column('letter_id', INT64, ({ letterId }) => BigInt(letterId)),
  column('context', TEXT, ({ event }) => event.context),
  column('topic', TEXT, ({ event }) => event.topic),
  column('partition', INTEGER, ({ event }) => event.partition),
  column('"offset"', INT64, ({ event }) => offsetOf(event)),
  column('event_time', TIMESTAMPTZ, ({ event }) => columnTimeUs(event)),
  column('event_timestamp', INT64, ({ event }) => timestampOf(event)),
  column('key', BYTEA, ({ event }) => event.key ?? undefined),
  column('value', BYTEA, ({ event }) => event.value ?? undefined),
  column('reason', TEXT, ({ reason }) => reason),
  column('attempts', INTEGER, attemptsOf),
]);

/** Whether an event, as a row of {@link REPETITIONS}, has the topic and the bytes of a letter. */
export const isSameEvent = (event: string, letter: string): string =>
  `${event}.topic = ${letter}.topic AND ${event}.key IS NOT DISTINCT FROM ${letter}.key ` +
  `AND ${event}.value IS NOT DISTINCT FROM ${letter}.value`;

/** A reason is for people; one that quotes a whole message is not. */
const MAX_REASON_CHARACTERS = 4_000;

export function letterOf({ event, reason, attempts }: RefusedEvent): Letter {
  return {
    event: { ...event, topic: storableText(event.topic) },
    reason: storableText(reason.slice(0, MAX_REASON_CHARACTERS)),
    attempts,
    headerMap: headerMapOf(event.headers),
  };
}

/** The same event to the byte, with nothing beside it that a database could refuse: all texts are plain ASCII. */
export function plainLetterOf({ event, reason, attempts }: RefusedEvent): Letter {
  return {
    event: { ...event, topic: plainText(event.topic) },
    reason: plainText(reason.slice(0, MAX_REASON_CHARACTERS)),
    attempts,
    headerMap: {},
  };
}

function headerMapOf(headers: EventHeaders): Record<string, string> {
  return Object.fromEntries(
    headers.map(({ name, value }) => [
      storableText(name.toString()),
      value === null ? '' : value.toString('base64'),
    ]),
  );
}
