import {
  type MessageFacts,
  messageSchemaRef,
  openObject,
  text,
  time,
} from '../../src/platform/messaging/event-facts.js';
import { deadLetterExample } from './examples.js';

/** Of the schema of that name. */
export const DEAD_LETTER_HEADERS = openObject(
  {
    origin_topic: text('Topic that the event came on'),
    origin_partition: { type: 'string', pattern: '^[0-9]+$' },
    origin_offset: { type: 'string', pattern: '^[0-9]+$' },
    origin_timestamp: {
      type: 'string',
      pattern: '^-?[0-9]+$',
      description: "The event's own timestamp as it was sent, mostly milliseconds since 1970",
    },
    error: text('Why it was refused, naming each faulty field'),
    attempts: { type: 'string', pattern: '^[0-9]+$', description: 'How many times it was tried' },
  },
  {
    origin_time: time('The same as a time, where it is one'),
    value_omitted: text(
      'Only where the broker refuses the value as too large: its error. The value is empty then, and the ' +
        'table dead_letters has it.',
    ),
  },
);

/** A dead letter, of whichever context. */
export const deadLetter = async (): Promise<MessageFacts> => ({
  title: 'An event that was refused',
  summary: 'The bytes of the value as they came; a null value is sent as an empty one.',
  contentType: 'application/octet-stream',
  key: text("The event's own key, or `topic/partition/offset` where that is no text"),
  headers: messageSchemaRef('DeadLetterHeaders'),
  payload: { type: 'string', format: 'binary', description: 'Any bytes at all' },
  example: await deadLetterExample(),
});
