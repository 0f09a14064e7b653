import { stringify } from 'yaml';
import { orderJsonSchema } from '../../src/orders/model/order.schema.js';
import { ORDER_STATUSES } from '../../src/orders/model/order-status.js';
import { OrdersSettings } from '../../src/orders/orders.settings.js';
import { STATUS_TOPIC, type StatusEvent } from '../../src/orders/producer/status-events.js';
import { ORDERS_TOPIC } from '../../src/orders/producer/test-orders.js';
import { Environment } from '../../src/platform/config/environment.js';
import { DEAD_LETTER_ID_HEADER } from '../../src/platform/messaging/refused-events.js';
import { DEAD_LETTER_MAX_MESSAGE_BYTES } from '../../src/platform/messaging/kafka/kafka-topics.js';
import type { FieldSchema } from '../../src/platform/validation/field-schema.js';
import type { MessageExample } from './examples.js';
import { deadLetterExample, orderExample, statusExample } from './examples.js';

/** The part of JSON Schema that the document uses. */
export interface Schema extends Omit<FieldSchema, 'type' | 'items'> {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  const?: string;
  enum?: readonly string[];
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean;
  items?: Schema;
}

/** What the messages of a topic are. */
interface MessageDescription {
  name: string;
  title: string;
  summary: string;
  contentType: string;
  key: Schema;
  headers: Schema;
  payload: Schema;
  example: MessageExample;
}

const BINDING_VERSION = '0.5.0';
const DEAD_LETTER_TOPIC = 'orders.dead-letter';

const ref = (path: string): { $ref: string } => ({ $ref: `#/${path}` });
const text = (description: string): Schema => ({ type: 'string', description });
const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });

/** An object with all of its properties required; consumers must bear with more. */
function objectOf(properties: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties: { ...properties, ...optional },
    additionalProperties: true,
  };
}

function pick(properties: Readonly<Record<string, FieldSchema>>, names: readonly string[]): Schema {
  return objectOf(Object.fromEntries(names.map((name) => [name, properties[name]!])));
}

/** The order's schemas for events, in which fields that we do not know are let pass. */
const ORDER_SCHEMAS = orderJsonSchema({ unknownFields: 'ignore' });

type KeysOf<T> = readonly (keyof T & string)[];
const STATUS_PAYMENT_FIELDS: KeysOf<StatusEvent['payment']> = [
  'transaction',
  'provider',
  'currency',
  'amount',
  'delivery_cost',
  'goods_total',
  'custom_fee',
];
const STATUS_ITEM_FIELDS: KeysOf<StatusEvent['items'][number]> = [
  'chrt_id',
  'nm_id',
  'rid',
  'size',
  'total_price',
  'status',
];

const { Order, Payment, Item } = ORDER_SCHEMAS;

/** A field that is added to the event has to be added here: the type asks for it. */
const STATUS_PROPERTIES: Record<keyof StatusEvent, Schema> = {
  order_uid: Order.properties.order_uid!,
  track_number: Order.properties.track_number!,
  customer_id: Order.properties.customer_id!,
  status: {
    type: 'string',
    enum: ORDER_STATUSES,
    description: '`received` the first time, `updated` when other content came under the same id',
  },
  version: { type: 'integer', minimum: 1, description: '1 for a new order, one higher with each change' },
  occurred_at: time('When it happened, in UTC'),
  date_created: Order.properties.date_created!,
  delivery_service: Order.properties.delivery_service!,
  totals_match: { type: 'boolean', description: "Whether the order's amounts add up" },
  payment: pick(Payment.properties, STATUS_PAYMENT_FIELDS),
  items: { type: 'array', minItems: 1, items: pick(Item.properties, STATUS_ITEM_FIELDS) },
};

const CLOUD_EVENT_HEADERS = objectOf({
  ce_specversion: { type: 'string', const: '1.0' },
  ce_id: text('`order_uid:version`: an event that comes again has the id it had'),
  ce_source: { type: 'string', const: '/waybill/orders' },
  ce_type: { type: 'string', enum: ORDER_STATUSES.map((status) => `waybill.order.${status}`) },
  ce_subject: text('`order_uid`'),
  ce_time: time('When it happened, in UTC'),
  'content-type': { type: 'string', const: 'application/json' },
});

const DEAD_LETTER_HEADERS = objectOf(
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

async function messages(): Promise<Record<'order' | 'status' | 'deadLetter', MessageDescription>> {
  return {
    order: {
      name: 'order',
      title: 'An order',
      summary: 'The whole order, as it is to be stored. The same content again changes nothing.',
      contentType: 'application/json',
      key: { type: 'string', description: 'Should be `order_uid`: events of one key keep their order' },
      headers: {
        type: 'object',
        additionalProperties: true,
        description: 'All are kept with a dead letter; none is read but this',
        properties: {
          [DEAD_LETTER_ID_HEADER]: {
            type: 'string',
            pattern: '^[1-9][0-9]*$',
            description:
              'Only on a replay: the dead letter that it was. If it is refused again it is the same letter, as long ' +
              "as its bytes are that letter's.",
          },
        },
      },
      payload: ref('components/schemas/Order'),
      example: orderExample(),
    },
    status: {
      name: 'status',
      title: 'An order was stored or changed',
      summary: 'CloudEvents 1.0.2 in Kafka binary content mode. Sent at least once, in order per order.',
      contentType: 'application/json',
      key: { ...Order.properties.order_uid!, description: '`order_uid`' },
      headers: ref('components/schemas/CloudEventHeaders'),
      payload: ref('components/schemas/StatusEvent'),
      example: await statusExample(),
    },
    deadLetter: {
      name: 'deadLetter',
      title: 'An event that was refused',
      summary: 'The bytes of the value as they came; a null value is sent as an empty one.',
      contentType: 'application/octet-stream',
      key: text("The event's own key, or `topic/partition/offset` where that is no text"),
      headers: ref('components/schemas/DeadLetterHeaders'),
      payload: { type: 'string', format: 'binary', description: 'Any bytes at all' },
      example: await deadLetterExample(),
    },
  };
}

function messageOf({ key, example, ...message }: MessageDescription): object {
  return {
    ...message,
    bindings: { kafka: { key, bindingVersion: BINDING_VERSION } },
    examples: [{ name: message.name, headers: example.headers, payload: example.payload }],
  };
}

function channelOf(
  address: string,
  message: string,
  summary: string,
  partitions: number,
  topicConfiguration?: object,
): object {
  return {
    address,
    summary,
    servers: [ref('servers/kafka')],
    messages: { [message]: ref(`components/messages/${message}`) },
    bindings: {
      kafka: {
        topic: address,
        partitions,
        ...(topicConfiguration && { topicConfiguration }),
        bindingVersion: BINDING_VERSION,
      },
    },
  };
}

function operationOf(
  action: 'send' | 'receive',
  channel: string,
  message: string,
  summary: string,
  bindings: object,
): object {
  return {
    action,
    channel: ref(`channels/${channel}`),
    messages: [ref(`channels/${channel}/messages/${message}`)],
    summary,
    bindings: { kafka: { ...bindings, bindingVersion: BINDING_VERSION } },
  };
}

/**
 * The topics and what goes over them (AsyncAPI 3.0), under the names that they have when no setting changes them.
 * The examples are made by the code that makes the messages.
 */
export async function asyncApiDocument(): Promise<object> {
  const settings = new Environment();
  const topics = new OrdersSettings();
  const partitions = settings.KAFKA_PARTITIONS;
  const clientId: Schema = { type: 'string', const: settings.KAFKA_CLIENT_ID };
  const groupId: Schema = { type: 'string', const: settings.KAFKA_GROUP_ID };
  const broadcastGroupId: Schema = {
    type: 'string',
    pattern: `^${settings.KAFKA_GROUP_ID}\\.news\\.[0-9a-f-]{36}$`,
  };
  const described = Object.entries(await messages());
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Waybill',
      version: '1',
      description: 'Orders in, status events out. Amounts are whole minor units of `payment.currency`.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: 'localhost:9092',
        protocol: 'kafka',
        description: 'The brokers that KAFKA_BROKERS names',
      },
    },
    channels: {
      [ORDERS_TOPIC]: channelOf(topics.KAFKA_TOPIC, 'order', 'Orders, to be stored', partitions),
      [STATUS_TOPIC]: channelOf(topics.KAFKA_STATUS_TOPIC, 'status', 'What became of orders', partitions),
      [DEAD_LETTER_TOPIC]: channelOf(
        topics.KAFKA_DEAD_LETTER_TOPIC,
        'deadLetter',
        'Events from `orders` that cannot be stored',
        partitions,
        { 'max.message.bytes': DEAD_LETTER_MAX_MESSAGE_BYTES },
      ),
    },
    operations: {
      storeOrders: operationOf('receive', ORDERS_TOPIC, 'order', 'Stores orders, a batch at a time', {
        groupId,
        clientId,
      }),
      sendTestOrders: operationOf(
        'send',
        ORDERS_TOPIC,
        'order',
        'Sends made-up orders: POST /api/orders/test',
        {
          clientId,
        },
      ),
      replayDeadLetters: operationOf(
        'send',
        ORDERS_TOPIC,
        'order',
        'Sends dead letters again, to the byte: POST /api/dead-letters/replay, waybill dead-letters replay',
        { clientId },
      ),
      announceStatus: operationOf('send', STATUS_TOPIC, 'status', 'Tells of each order stored or changed', {
        clientId,
      }),
      hearStatus: operationOf(
        'receive',
        STATUS_TOPIC,
        'status',
        'Every process that serves the API reads the whole topic: for its cache and its watchers',
        { groupId: broadcastGroupId, clientId },
      ),
      keepDeadLetters: operationOf('send', DEAD_LETTER_TOPIC, 'deadLetter', 'Passes refused events on', {
        clientId,
      }),
    },
    components: {
      messages: Object.fromEntries(described.map(([name, message]) => [name, messageOf(message)])),
      schemas: {
        ...ORDER_SCHEMAS,
        StatusEvent: objectOf(STATUS_PROPERTIES),
        CloudEventHeaders: CLOUD_EVENT_HEADERS,
        DeadLetterHeaders: DEAD_LETTER_HEADERS,
      },
    },
  };
}

/** The document as it stands in `docs/asyncapi.yaml`. */
export async function asyncApiYaml(): Promise<string> {
  const head = '# Written by scripts/docs.ts from the code. Do not edit: change the code and run it.\n';
  return (
    head +
    stringify(await asyncApiDocument(), {
      lineWidth: 110,
      aliasDuplicateObjects: false,
      // Readers of YAML 1.1 would take an unquoted time for a date of theirs.
      compat: 'yaml-1.1',
    })
  );
}
