import {
  cloudEventHeadersSchema,
  type EventFacts,
  exampleOf,
  headersOfReceived,
  messageSchemaRef,
  type MessageSchema,
  openObject,
  text,
  time,
} from '../platform/messaging/event-facts.js';
import type { FieldSchema } from '../platform/validation/field-schema.js';
import { EXAMPLE_ORDER } from './http/example-order.js';
import type { Order as OrderModel } from './model/order.js';
import { orderJsonSchema } from './model/order.schema.js';
import { etagOf } from './model/order-etag.js';
import { ORDER_STATUSES } from './model/order-life.js';
import { FIRST_STATES, ORDER_CHANGES, PAYMENT_STATUSES, SHIPMENT_STATUSES } from './model/order-states.js';
import { STATUS_ITEM_FIELDS, STATUS_PAYMENT_FIELDS, type StatusEvent } from './model/status-event.js';
import { CONTENT_VERSION_HEADER, ETAG_HEADER } from './model/status-event-headers.js';
import { STATUS_TOPIC, statusEntryOf } from './producer/status-events.js';
import { ORDERS_TOPIC } from './producer/test-orders.js';

/** Documents must not change with the clock. */
const MOMENT = '2021-11-26T06:22:20.000Z';

/** The order's schemas for events, in which fields that we do not know are let pass. */
const ORDER_SCHEMAS = orderJsonSchema({ unknownFields: 'ignore' });
const { Order, Payment, Item } = ORDER_SCHEMAS;

function pick(properties: Readonly<Record<string, FieldSchema>>, names: readonly string[]): MessageSchema {
  return openObject(Object.fromEntries(names.map((name) => [name, properties[name]!])));
}

/** A field that is added to the event has to be added here: the type asks for it. */
const STATUS_PROPERTIES: Record<keyof StatusEvent, MessageSchema> = {
  order_uid: Order.properties.order_uid!,
  track_number: Order.properties.track_number!,
  customer_id: Order.properties.customer_id!,
  status: {
    type: 'string',
    enum: ORDER_STATUSES,
    description: "The order's life",
  },
  payment_status: { type: 'string', enum: PAYMENT_STATUSES },
  shipment_status: { type: 'string', enum: SHIPMENT_STATUSES },
  version: { type: 'integer', minimum: 1, description: '1 for a new order, one higher with each change' },
  content_version: {
    type: 'integer',
    minimum: 1,
    description: 'The version at which the order got the content that it has',
  },
  change: { type: 'string', enum: ORDER_CHANGES, description: 'What this version has changed' },
  previous: {
    description: 'The value of the state before it changed; null where the change is none of a state',
  },
  occurred_at: time('When it happened, in UTC'),
  date_created: Order.properties.date_created!,
  delivery_service: Order.properties.delivery_service!,
  totals_match: { type: 'boolean', description: "Whether the order's amounts add up" },
  payment: pick(Payment.properties, STATUS_PAYMENT_FIELDS),
  items: { type: 'array', minItems: 1, items: pick(Item.properties, STATUS_ITEM_FIELDS) },
};

const CLOUD_EVENT_HEADERS = cloudEventHeadersSchema(
  {
    id: '`order_uid:version`: an event that comes again has the id it had',
    source: '/waybill/orders',
    type: { type: 'string', enum: ORDER_CHANGES.map((change) => `waybill.order.${change}`) },
    time: 'When it happened, in UTC',
  },
  {
    [ETAG_HEADER]: text('The ETag of the answer to `GET /api/orders/{order_uid}`'),
    [CONTENT_VERSION_HEADER]: text('`content_version`, for who does not read the value'),
  },
);

/** The status event that the example order leads to when it comes for the first time. */
const statusExample = statusEntryOf(STATUS_TOPIC, {
  order: EXAMPLE_ORDER as unknown as OrderModel,
  version: 1,
  etag: etagOf(1, '0123456789abcdef'),
  contentVersion: 1,
  states: FIRST_STATES,
  change: 'received',
  previous: null,
  totalsMatch: true,
  atUs: Date.parse(MOMENT) * 1_000,
});

/** The topics of orders, and what goes over them. */
export const ORDERS_EVENTS: EventFacts = {
  topics: {
    [ORDERS_TOPIC]: { summary: 'Orders, to be stored', message: 'order' },
    [STATUS_TOPIC]: { summary: 'What became of orders', message: 'status' },
  },
  messages: {
    order: {
      title: 'An order',
      summary: 'The whole order, as it is to be stored. The same content again changes nothing.',
      contentType: 'application/json',
      key: { type: 'string', description: 'Should be `order_uid`: events of one key keep their order' },
      headers: headersOfReceived({}, 'All are kept with a dead letter; none is read but this'),
      payload: messageSchemaRef('Order'),
      example: { headers: {}, payload: EXAMPLE_ORDER },
    },
    status: {
      title: 'An order was stored or changed',
      summary: 'CloudEvents 1.0.2 in Kafka binary content mode. Sent at least once, in order per order.',
      contentType: 'application/json',
      key: { ...Order.properties.order_uid!, description: '`order_uid`' },
      headers: messageSchemaRef('CloudEventHeaders'),
      payload: messageSchemaRef('StatusEvent'),
      example: exampleOf(statusExample),
    },
  },
  operations: {
    storeOrders: {
      action: 'receive',
      topic: ORDERS_TOPIC,
      summary: 'Stores orders, a batch at a time',
      mode: 'shared',
    },
    sendTestOrders: {
      action: 'send',
      topic: ORDERS_TOPIC,
      summary: 'Sends made-up orders: POST /api/orders/test',
    },
    hearPayments: {
      action: 'receive',
      topic: 'payment-status',
      summary: 'Takes in what payments tell of orders',
      mode: 'shared',
    },
    hearTracking: {
      action: 'receive',
      topic: 'shipment-status',
      summary: 'Takes in what delivery tracking tells of orders',
      mode: 'shared',
    },
    hearInventory: {
      action: 'receive',
      topic: 'stock-status',
      summary: 'Takes in what inventory tells of orders',
      mode: 'shared',
    },
    announceStatus: { action: 'send', topic: STATUS_TOPIC, summary: 'Tells of each order stored or changed' },
    hearStatus: {
      action: 'receive',
      topic: STATUS_TOPIC,
      summary: 'Every process that serves the API reads the whole topic: for its cache and its watchers',
      mode: 'broadcast',
    },
  },
  schemas: {
    ...ORDER_SCHEMAS,
    StatusEvent: openObject(STATUS_PROPERTIES),
    CloudEventHeaders: CLOUD_EVENT_HEADERS,
  },
};
