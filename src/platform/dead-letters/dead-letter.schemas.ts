import { MAX_DEAD_LETTER_ID } from './dead-letter-id.js';
import type { EditedLetter } from './dead-letter-edits.js';
import { DEAD_LETTER_STATES } from './dead-letter.entity.js';
import type { DeadLetterDetails, DeadLetterSummary, FailedDelivery } from './dead-letter-views.js';
import type { LetterFault } from './letter-fault.js';

/** As much of OpenAPI's schema as is used here. */
interface Schema {
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  required?: string[];
}

export const PROBLEM = { $ref: '#/components/schemas/Problem' };
export const ID: Schema = { type: 'integer', minimum: 1, maximum: MAX_DEAD_LETTER_ID };

const TIME: Schema = { type: 'string', format: 'date-time' };
const TIME_OR_NULL: Schema = { type: ['string', 'null'], format: 'date-time' };
const TIMESTAMP: Schema = {
  type: 'string',
  pattern: '^-?[0-9]+$',
  description:
    "The event's timestamp as it was sent, mostly in milliseconds since 1970; a text, since it has 64 bits",
};
const COUNT: Schema = { type: 'integer', minimum: 0 };
const STATE: Schema = {
  type: 'string',
  enum: [...DEAD_LETTER_STATES],
  description:
    '`replayed` once it was sent again, and `waiting` again when that failed as well; `edited` once something else was sent in its place',
};

const TEXT_OR_BASE64 = [
  objectOf({ text: { type: 'string' } }),
  objectOf({ base64: { type: 'string', format: 'byte' } }),
];
const BYTES: Schema = {
  description: 'As `text` where the bytes are UTF-8, else as `base64`',
  oneOf: TEXT_OR_BASE64,
};
const BYTES_OR_NULL: Schema = { oneOf: [...TEXT_OR_BASE64, { type: 'null' }] };

function objectOf(properties: Record<string, Schema>): Schema {
  return { type: 'object', required: Object.keys(properties), properties };
}

const SUMMARY: Record<keyof DeadLetterSummary, Schema> = {
  id: ID,
  state: STATE,
  context: {
    type: 'string',
    description: 'Who has refused it, such as orders; a replay reaches nobody else',
  },
  topic: { type: 'string', description: 'Where it came from, and where a replay goes' },
  partition: COUNT,
  offset: COUNT,
  event_time: {
    ...TIME_OR_NULL,
    description: 'When the event was produced; null where its timestamp is no time of the years 1 to 9998',
  },
  event_timestamp: TIMESTAMP,
  key: BYTES_OR_NULL,
  value_bytes: { type: ['integer', 'null'], minimum: 0 },
  reason: { type: 'string', description: 'Of the newest failure' },
  attempts: { ...COUNT, description: 'Tries of all deliveries together' },
  replays: COUNT,
  refused_at: { ...TIME, description: 'When it was refused first' },
  replayed_at: TIME_OR_NULL,
  edits: { ...COUNT, description: 'How often something else was sent in its place' },
  edited_at: TIME_OR_NULL,
};

const FAILURE: Record<keyof FailedDelivery, Schema> = {
  partition: COUNT,
  offset: COUNT,
  event_time: TIME_OR_NULL,
  event_timestamp: TIMESTAMP,
  reason: { type: 'string' },
  attempts: COUNT,
  failed_at: TIME,
};

const FAULT: Record<keyof LetterFault, Schema> = {
  field: {
    type: 'string',
    description: 'As one would write it in code, such as items[0].sale; empty for the whole value',
  },
  pointer: { type: 'string', description: 'The same place as a JSON Pointer in a URI fragment (RFC 6901)' },
  expected: { type: 'string' },
};

const DETAILS: Record<keyof DeadLetterDetails, Schema> = {
  ...SUMMARY,
  headers: {
    type: 'object',
    additionalProperties: BYTES,
    description: 'The last value of each name; `header_list` has all of them',
  },
  header_list: {
    type: 'array',
    items: objectOf({ name: BYTES, value: BYTES_OR_NULL }),
    description: 'All headers in their order, as a replay sends them; the value null is none at all',
  },
  value: BYTES_OR_NULL,
  fault: {
    oneOf: [objectOf(FAULT), { type: 'null' }],
    description: 'The field that `reason` is about; null where it is about none',
  },
  edited_value: { ...BYTES_OR_NULL, description: 'What was sent in its place last' },
  failures: {
    type: 'array',
    items: objectOf(FAILURE),
    description: 'Every delivery that failed, oldest first',
  },
};

export const DEAD_LETTER_SUMMARY = objectOf(SUMMARY);
export const DEAD_LETTER = objectOf(DETAILS);

export const REPLAYED_LETTER = objectOf({
  id: ID,
  state: STATE,
  topic: { type: 'string' },
  replays: COUNT,
  replayed_at: TIME,
});

export const EDITED_LETTER = objectOf({
  id: ID,
  state: STATE,
  topic: { type: 'string' },
  key: BYTES_OR_NULL,
  value: BYTES,
  edits: COUNT,
  edited_at: TIME,
} satisfies Record<keyof EditedLetter, Schema>);

export const BOUNDED_COUNT = objectOf({
  count: COUNT,
  exact: { type: 'boolean', description: 'Whether there are no more' },
});

const FILTER: Record<string, Schema> = {
  context: { type: 'string', description: 'Who has refused the events, such as orders' },
  topic: { type: 'string', description: 'The topic that the events came on' },
  reason: { type: 'string', description: 'A part of the newest reason, in capitals or not' },
  from: { type: 'string', description: 'Refused first at or after: RFC 3339 time or date' },
  to: { type: 'string', description: 'Refused first before: RFC 3339 time or date' },
  state: { type: 'string', enum: [...DEAD_LETTER_STATES] },
};

export const FILTER_QUERIES = Object.entries(FILTER).map(([name, { description, ...schema }]) => ({
  name,
  required: false,
  ...(description !== undefined && { description }),
  schema,
}));

export const BULK: Schema = {
  type: 'object',
  properties: {
    ...FILTER,
    all: { type: 'boolean', default: false, description: 'Has to be true where there is no filter' },
    dry_run: { type: 'boolean', default: false, description: 'Only count' },
    seen: {
      type: 'string',
      description:
        'What the dry run came with: only letters that were there by then, and have not failed again, are meant',
    },
  },
};
export const BULK_REPLAY: Schema = {
  ...BULK,
  properties: { ...BULK.properties, state: { ...FILTER.state, default: 'waiting' } },
};
