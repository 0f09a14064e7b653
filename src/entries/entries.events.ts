import {
  type EventFacts,
  headersOfReceived,
  type MessageSchema,
  messageSchemaRef,
  openObject,
} from '../platform/messaging/event-facts.js';
import { ENTRY_NAME } from './model/entry-key.js';
import { ENTRY_HEADERS, PRIORITIES } from './model/entry-message.js';
import { MAX_METADATA_BYTES, MAX_TTL_SECONDS, MAX_VALUE_BYTES } from './model/stored-entry.js';
import { ENTRIES_TOPIC } from './producer/entry-messages.js';
import { REHYDRATE_TOPIC } from './producer/rehydration-messages.js';

const number = (description: string): MessageSchema => ({ type: 'string', pattern: '^[0-9]+$', description });
const microseconds = (description: string): MessageSchema =>
  number(`${description}, in microseconds since the Unix epoch`);

const KEY: MessageSchema = {
  type: 'string',
  description: `The instance, a slash, and the key, both percent-encoded, each ${ENTRY_NAME}: messages of one entry keep their order`,
};

/** The topics of entries, and what goes over them. */
export const ENTRIES_EVENTS: EventFacts = {
  topics: {
    [ENTRIES_TOPIC]: {
      summary: 'Changes of cache entries, and with ENTRIES_WRITE=behind the writes that wait to be stored',
      message: 'cacheEntry',
    },
    [REHYDRATE_TOPIC]: {
      summary: 'Cache entries that are to be read from PostgreSQL into Redis',
      message: 'missedCacheEntry',
    },
  },
  messages: {
    cacheEntry: {
      title: 'A change of a cache entry',
      summary:
        `With \`${ENTRY_HEADERS.version}\` it is stored; without, it is to be stored, each once. The value is that of the entry, ` +
        `at most ${MAX_VALUE_BYTES} bytes: a JSON text, or bytes where there is \`${ENTRY_HEADERS.contentType}\`. A null value ` +
        'is a delete.',
      contentType: 'application/json',
      key: KEY,
      headers: headersOfReceived(
        {
          [ENTRY_HEADERS.version]: number(
            'Only of a change that is stored: the version that the entry has since',
          ),
          [ENTRY_HEADERS.createdAt]: microseconds('Only then: when the key last came to be'),
          [ENTRY_HEADERS.updatedAt]: microseconds('Only then: when it was stored'),
          [ENTRY_HEADERS.endsAt]: microseconds('When the value ends, or ended'),
          [ENTRY_HEADERS.contentType]: {
            type: 'string',
            description: 'The media type of a value of bytes; without it the value is JSON',
          },
          [ENTRY_HEADERS.metadata]: {
            type: 'string',
            description: `A JSON object of at most ${MAX_METADATA_BYTES} bytes, as it came`,
          },
          [ENTRY_HEADERS.ttl]: number(`Seconds, as they came: 0 to ${MAX_TTL_SECONDS}; 0 is for good`),
          [ENTRY_HEADERS.writtenAt]: microseconds(
            'Only of a write that is to be stored: X-Write-Timestamp; it has no effect where what is held was written later',
          ),
          [ENTRY_HEADERS.acceptedAt]: microseconds('Only then: when it was accepted'),
          [ENTRY_HEADERS.writeId]: {
            type: 'string',
            pattern: '^[A-Za-z0-9_-]{1,64}\\.[1-9][0-9]*$',
            description: 'Only then: the process that has accepted it, and which of its writes it is',
          },
        },
        'None is needed of a write of JSON that is to be stored; all are kept with a dead letter',
      ),
      payload: { description: 'Any JSON, or bytes' },
      example: {
        headers: {
          [ENTRY_HEADERS.version]: '1',
          [ENTRY_HEADERS.createdAt]: '1796064326123456',
          [ENTRY_HEADERS.updatedAt]: '1796064326123456',
        },
        payload: { theme: 'dark' },
      },
    },
    missedCacheEntry: {
      title: 'A cache entry that Redis does not hold',
      summary: 'The worker reads it from PostgreSQL into Redis; of a batch those of a high priority first',
      contentType: 'application/json',
      key: KEY,
      headers: headersOfReceived({}, 'None is needed; all are kept with a dead letter'),
      payload: messageSchemaRef('MissedCacheEntry'),
      example: { headers: {}, payload: { instance: 'global', key: 'settings', priority: 'normal' } },
    },
  },
  operations: {
    takeCacheEntries: {
      action: 'receive',
      topic: ENTRIES_TOPIC,
      summary:
        'Stores what waits to be stored, and has Redis hold what it lacks of what is stored (role worker)',
      mode: 'shared',
    },
    sendCacheEntries: {
      action: 'send',
      topic: ENTRIES_TOPIC,
      summary:
        'Tells of changes that are stored, or with ENTRIES_WRITE=behind sends writes that are to be stored',
    },
    rehydrateCacheEntries: {
      action: 'receive',
      topic: REHYDRATE_TOPIC,
      summary: 'Reads entries from PostgreSQL into Redis (role worker)',
      mode: 'shared',
    },
    missCacheEntries: {
      action: 'send',
      topic: REHYDRATE_TOPIC,
      summary:
        'Names entries that were read from PostgreSQL while Redis did not take them, each once a minute',
    },
  },
  schemas: {
    MissedCacheEntry: openObject(
      {
        instance: { type: 'string', description: ENTRY_NAME },
        key: { type: 'string', description: ENTRY_NAME },
      },
      { priority: { type: 'string', enum: PRIORITIES, description: '`normal` where there is none' } },
    ),
  },
};
