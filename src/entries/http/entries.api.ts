import {
  type ApiFacts,
  type ApiSchema,
  headerText,
  objectOf,
  schemaRef,
} from '../../platform/http/api-facts.js';
import { ERROR_CODES } from '../model/error-code.js';
import { etagOf, MAX_METADATA_BYTES, MAX_TTL_SECONDS, timeText } from '../model/stored-entry.js';
import { MAX_BATCH_ENTRIES } from './batch-request.js';
import { BATCH_GET_PATH, BATCH_SET_PATH, ENTRIES_PATH } from './entry-route.js';

const CREATED_AT_US = 1_796_064_326_123_456;
const KEY = 'greeting';
const EXAMPLE = {
  key: KEY,
  value: { text: 'Hello' },
  version: 1,
  ttl: 3_600,
  metadata: { source: 'docs' },
  created_at: timeText(CREATED_AT_US),
  updated_at: timeText(CREATED_AT_US),
};
const { value, ttl, metadata } = EXAMPLE;
const NEW_ENTRY = { value, ttl, metadata };

const ANY_VALUE: ApiSchema = { description: 'Any JSON, which comes back as the same text' };
const TTL: ApiSchema = {
  type: 'integer',
  minimum: 0,
  maximum: MAX_TTL_SECONDS,
  description: 'Seconds until the value ends; 0 keeps it for good, as without one',
};
const METADATA: ApiSchema = {
  type: 'object',
  description: `At most ${MAX_METADATA_BYTES} bytes, which come back as the same text`,
};
const moment = (description: string): ApiSchema => ({ type: 'string', format: 'date-time', description });
const byKey = (schema: ApiSchema): ApiSchema => ({ type: 'object', additionalProperties: schema });

const PROBLEM_EXAMPLE = {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  detail: 'Cache entry not found',
  instance: `${ENTRIES_PATH}/${KEY}`,
  error: 'Cache entry not found',
  code: 'NOT_FOUND',
};
const problem = { mediaType: 'application/problem+json', schema: schemaRef('EntryProblem') };
const notFound = { ...problem, example: PROBLEM_EXAMPLE };
const limited = {
  ...problem,
  headers: ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'],
};
/** Of all operations. */
const REFUSALS = { 400: problem, 429: limited, 503: problem };
const WRITE_REFUSALS = { ...REFUSALS, 409: problem, 412: problem };
const BODY_REFUSALS = { 413: problem, 415: problem };

const set = (id: string) => ({
  id,
  answers: {
    ...WRITE_REFUSALS,
    ...BODY_REFUSALS,
    200: { headers: ['ETag'], example: EXAMPLE },
    201: { headers: ['ETag'], example: EXAMPLE },
    202: { example: { key: KEY } },
  },
  exampleBody: NEW_ENTRY,
});

export const ENTRIES_API: ApiFacts = {
  operations: {
    [`get ${ENTRIES_PATH}`]: {
      id: 'listEntries',
      answers: { ...REFUSALS, 200: { headers: ['Link'], example: [KEY] } },
    },
    [`get ${ENTRIES_PATH}/{key}`]: {
      id: 'getEntry',
      answers: {
        ...REFUSALS,
        200: { headers: ['ETag', 'Cache-Control'], example: EXAMPLE },
        304: { headers: ['ETag', 'Cache-Control'] },
        403: problem,
        404: notFound,
      },
    },
    [`post ${ENTRIES_PATH}/{key}`]: set('postEntry'),
    [`put ${ENTRIES_PATH}/{key}`]: set('putEntry'),
    [`delete ${ENTRIES_PATH}/{key}`]: {
      id: 'deleteEntry',
      answers: { ...WRITE_REFUSALS, 202: { example: { key: KEY } }, 204: {}, 404: notFound },
    },
    [`post ${BATCH_GET_PATH}`]: {
      id: 'getEntries',
      answers: {
        ...REFUSALS,
        ...BODY_REFUSALS,
        200: { example: { entries: { [KEY]: EXAMPLE }, missing: ['farewell'] } },
      },
      exampleBody: { keys: [KEY, 'farewell'] },
    },
    [`post ${BATCH_SET_PATH}`]: {
      id: 'setEntries',
      answers: {
        ...REFUSALS,
        ...BODY_REFUSALS,
        200: { example: { entries: { [KEY]: { version: 1 } } } },
        202: { example: { entries: { [KEY]: {} } } },
      },
      exampleBody: { entries: { [KEY]: NEW_ENTRY } },
    },
  },
  headers: {
    ETag: headerText(
      'A strong validator: the version, and when the key last came to be',
      etagOf({ version: 1, createdAtUs: CREATED_AT_US }),
    ),
    'Cache-Control': headerText('It may be kept, and has to be asked for again each time', 'no-cache'),
    'RateLimit-Limit': headerText('How often an address may ask a minute (ENTRIES_RATE_LIMIT)', '600'),
    'RateLimit-Remaining': headerText('How often it may ask until the minute is over', '0'),
    'RateLimit-Reset': headerText('Seconds until it is', '17'),
  },
  parameters: {
    key: { type: 'string', minLength: 1, maxLength: 255 },
    instance_id: { type: 'string', minLength: 1, maxLength: 255 },
    prefix: { type: 'string', maxLength: 255, description: 'Only keys that begin with it' },
    ttl: TTL,
  },
  examples: { key: KEY, prefix: 'gr' },
  schemas: {
    Entry: {
      type: 'object',
      required: ['key', 'value', 'version', 'created_at', 'updated_at'],
      properties: {
        key: { type: 'string' },
        value: ANY_VALUE,
        version: { type: 'integer', format: 'int64', minimum: 1, description: 'One more with each write' },
        ttl: TTL,
        metadata: METADATA,
        created_at: moment('When the key last came to be'),
        updated_at: moment('When it was last written'),
      },
    },
    NewEntry: {
      type: 'object',
      required: ['value'],
      properties: { value: ANY_VALUE, ttl: TTL, metadata: METADATA },
      additionalProperties: false,
    },
    AcceptedEntry: objectOf({ key: { type: 'string' } }),
    EntryKeys: objectOf({ keys: { type: 'array', maxItems: MAX_BATCH_ENTRIES, items: { type: 'string' } } }),
    FoundEntries: objectOf({
      entries: byKey(schemaRef('Entry')),
      missing: { type: 'array', items: { type: 'string' }, description: 'Keys that have no value' },
    }),
    NewEntries: objectOf({ entries: { ...byKey(schemaRef('NewEntry')), maxProperties: MAX_BATCH_ENTRIES } }),
    StoredEntries: objectOf({
      entries: byKey({ type: 'object', properties: { version: { type: 'integer', format: 'int64' } } }),
    }),
    EntryProblem: {
      allOf: [
        schemaRef('Problem'),
        objectOf({
          error: { type: 'string', description: 'What is wrong, in a sentence' },
          code: { type: 'string', enum: ERROR_CODES },
        }),
      ],
    },
  },
};
