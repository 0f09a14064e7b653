import type { OutboxEntry } from './outbox/outbox.js';
import { DEAD_LETTER_ID_HEADER, EDITED_LETTER_ID_HEADER } from './refused-events.js';
import type { FieldSchema } from '../validation/field-schema.js';

/** The part of JSON Schema that the description of the topics uses. */
export interface MessageSchema extends Omit<FieldSchema, 'type' | 'items'> {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, MessageSchema>>;
  readonly additionalProperties?: boolean;
  readonly items?: MessageSchema;
}

/** A message as the description shows it: a JSON payload as its value, any other as text. */
export interface MessageExample {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

/** What the messages of a topic are. */
export interface MessageFacts {
  readonly title: string;
  readonly summary: string;
  readonly contentType: string;
  readonly key: MessageSchema;
  readonly headers: MessageSchema;
  readonly payload: MessageSchema;
  readonly example: MessageExample;
}

/** Something that the program does with a topic. */
export interface TopicUse {
  readonly action: 'send' | 'receive';
  /** The topic's name in code. */
  readonly topic: string;
  readonly summary: string;
  /** Who shares what is received: the processes of the context, or each process has all that is new, or all there is. */
  readonly mode?: 'shared' | 'broadcast' | 'replay';
}

/** What a context tells of its topics (AsyncAPI 3.0), besides their names. Dead letters are described by the platform. */
export interface EventFacts {
  /** By their names in code. */
  readonly topics: Readonly<Record<string, { readonly summary: string; readonly message: string }>>;
  readonly messages: Readonly<Record<string, MessageFacts>>;
  readonly operations: Readonly<Record<string, TopicUse>>;
  /** What the messages refer to as `#/components/schemas/<name>`. */
  readonly schemas: Readonly<Record<string, MessageSchema>>;
}

export const messageSchemaRef = (name: string): MessageSchema => ({ $ref: `#/components/schemas/${name}` });

export const text = (description: string): MessageSchema => ({ type: 'string', description });
export const time = (description: string): MessageSchema => ({
  type: 'string',
  format: 'date-time',
  description,
});

/** An object with all of `properties` required; consumers must bear with more. */
export function openObject(
  properties: Readonly<Record<string, MessageSchema>>,
  optional: Readonly<Record<string, MessageSchema>> = {},
): MessageSchema {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties: { ...properties, ...optional },
    additionalProperties: true,
  };
}

/** What sets the CloudEvents of a topic apart from those of others. */
export interface CloudEventKind {
  /** What `ce_id` is made of. */
  readonly id: string;
  readonly source: string;
  readonly type: MessageSchema;
  /** What `ce_time` tells. */
  readonly time: string;
}

/** The headers of CloudEvents about orders, as `cloudEventHeaders` writes them; their subject is the order. */
export function cloudEventHeadersSchema(
  kind: CloudEventKind,
  extensions: Readonly<Record<string, MessageSchema>> = {},
): MessageSchema {
  return openObject({
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: text(kind.id),
    ce_source: { type: 'string', const: kind.source },
    ce_type: kind.type,
    ce_subject: text('`order_uid`'),
    ce_time: time(kind.time),
    'content-type': { type: 'string', const: 'application/json' },
    ...extensions,
  });
}

/** A message whose value is JSON, as it is sent. */
export const exampleOf = ({ headers, payload }: OutboxEntry): MessageExample => ({
  headers,
  payload: JSON.parse(payload.toString()) as unknown,
});

/** The headers that an event may come with, besides those of its own: the dead letter that it was or that it replaces. */
export function headersOfReceived(
  own: Readonly<Record<string, MessageSchema>>,
  description: string,
): MessageSchema {
  return {
    type: 'object',
    additionalProperties: true,
    description,
    properties: {
      ...own,
      [DEAD_LETTER_ID_HEADER]: {
        type: 'string',
        pattern: '^[1-9][0-9]*$',
        description:
          'Only on a replay: the dead letter that it was. If it is refused again it is the same letter, as long ' +
          "as its key and its bytes are that letter's.",
      },
      [EDITED_LETTER_ID_HEADER]: {
        type: 'string',
        pattern: '^[1-9][0-9]*$',
        description:
          'Only on an event that somebody has edited and sent: the dead letter in whose place. It is a new event.',
      },
    },
  };
}
