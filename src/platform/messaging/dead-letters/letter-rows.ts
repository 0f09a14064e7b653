import {
  BatchTable,
  BYTEA,
  column,
  INT64,
  INTEGER,
  JSONB,
  TEXT,
  TIMESTAMPTZ,
} from '../../database/batch-table.js';
import { type EventHeaders, headersToJson } from '../event-headers.js';
import { columnTimeUs, int64Of, timestampOf } from '../event-time.js';
import type { ReceivedEvent, RefusedEvent } from '../received-event.js';
import { storableText } from './storable-text.js';

/** Of how many bits PostgreSQL's integer is; a count beyond it stays at that. */
const MAX_INTEGER = 2 ** 31 - 1;

export const offsetOf = ({ offset }: Pick<ReceivedEvent, 'offset'>): bigint => int64Of(offset);
const attemptsOf = ({ attempts }: RefusedEvent): number => Math.min(Math.max(attempts, 0), MAX_INTEGER);

/** Refused events as rows of their table. Texts have to be storable by then. */
export const LETTERS = new BatchTable<RefusedEvent>('dead_letters', [
  column('topic', TEXT, ({ event }) => event.topic),
  column('partition', INTEGER, ({ event }) => event.partition),
  column('"offset"', INT64, ({ event }) => offsetOf(event)),
  column('event_time', TIMESTAMPTZ, ({ event }) => columnTimeUs(event)),
  column('event_timestamp', INT64, ({ event }) => timestampOf(event)),
  column('key', BYTEA, ({ event }) => event.key ?? undefined),
  column('value', BYTEA, ({ event }) => event.value ?? undefined),
  column('headers', JSONB, ({ event }) => JSON.stringify(headerMapOf(event.headers))),
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
  column('topic', TEXT, ({ event }) => event.topic),
  column('partition', INTEGER, ({ event }) => event.partition),
  column('"offset"', INT64, ({ event }) => offsetOf(event)),
  column('event_time', TIMESTAMPTZ, ({ event }) => columnTimeUs(event)),
  column('event_timestamp', INT64, ({ event }) => timestampOf(event)),
  column('value', BYTEA, ({ event }) => event.value ?? undefined),
  column('reason', TEXT, ({ reason }) => reason),
  column('attempts', INTEGER, attemptsOf),
]);

/** As the version before keeps headers and replays them: the last value of each name, in base64. */
function headerMapOf(headers: EventHeaders): Record<string, string> {
  return Object.fromEntries(
    headers.map(({ name, value }) => {
      const text = typeof name === 'string' ? name : name.toString('utf8');
      return [storableText(text), value === null ? '' : value.toString('base64')];
    }),
  );
}
