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
import { EXAMPLE_PAYMENT } from './model/example-payment.js';
import type { PaymentAnnouncement } from './model/payment-announcement.js';
import { paymentEventJsonSchema } from './model/payment-event.schema.js';
import { PAYMENT_STATUSES, paymentStateOf } from './model/payment-state.js';
import { weigh } from './model/weighing.js';
import {
  PAYMENT_STATUS_SOURCE,
  PAYMENT_STATUS_TOPIC,
  PAYMENT_STATUS_TYPE,
  paymentStatusEntryOf,
} from './producer/payment-announcements.js';

/** Logical name of the topic that payment events come in on. */
const PAYMENTS_TOPIC = 'payments';

/** Documents must not change with the clock. */
const MOMENT = '2021-11-26T06:25:01.000Z';

const EVENT_SCHEMA = paymentEventJsonSchema({ unknownFields: 'ignore' });
const money = (description: string): MessageSchema => ({ type: 'integer', format: 'int64', description });

/** A field that is added to the announcement has to be added here: the type asks for it. */
const ANNOUNCEMENT: Record<keyof PaymentAnnouncement, MessageSchema> = {
  order_uid: EVENT_SCHEMA.properties.order_uid!,
  number: { type: 'integer', minimum: 1, description: '1 for the first of this order, one higher with each' },
  payment_status: { type: 'string', enum: PAYMENT_STATUSES },
  content_version: {
    type: 'integer',
    minimum: 1,
    description: "Of the order's content that the payments were weighed against",
  },
  currency: { ...EVENT_SCHEMA.properties.currency!, description: "The order's; amounts are its minor units" },
  captured: money('All that was captured'),
  refunded: money('All that was refunded'),
  charged_back: money('Taken back by chargebacks that were not won'),
  net: money('captured less refunded less charged_back'),
  refund_due: money('To be refunded: the order is cancelled or returned, and money was captured; 0: nothing'),
  void_due: money('To be voided: the order is cancelled, and an authorization is open; 0: nothing'),
  occurred_at: time('When it was found out, in UTC'),
  cause: text('Id of the event that it follows from: `event_id` of a payment event, `ce_id` of an order'),
};

/** What the example payment leads to when its order was received before it. */
const example = paymentStatusEntryOf(
  PAYMENT_STATUS_TOPIC,
  weigh(
    {
      order_uid: EXAMPLE_PAYMENT.order_uid,
      number: 0,
      order: undefined,
      state: paymentStateOf([], undefined),
    },
    {
      order: { version: 1, contentVersion: 1, status: 'received', amount: 1817, currency: 'USD' },
      ledger: [EXAMPLE_PAYMENT],
      cause: EXAMPLE_PAYMENT.event_id,
      at: MOMENT,
    },
  ).announcement!,
);

/** The topics of payments, and what goes over them. */
export const PAYMENTS_EVENTS: EventFacts = {
  topics: {
    [PAYMENTS_TOPIC]: { summary: 'What happened to the money of orders', message: 'paymentEvent' },
    [PAYMENT_STATUS_TOPIC]: {
      summary: 'How it stands with the money of orders',
      message: 'paymentAnnouncement',
    },
  },
  messages: {
    paymentEvent: {
      title: 'A payment event',
      summary:
        'Something that happened to money. One whose `event_id` comes again changes nothing; with other content it is refused.',
      contentType: 'application/json',
      key: { type: 'string', description: 'Should be `order_uid`; no order of arrival is needed' },
      headers: headersOfReceived({}, 'All are kept with a dead letter; none is read but this'),
      payload: messageSchemaRef('PaymentEvent'),
      example: { headers: {}, payload: EXAMPLE_PAYMENT },
    },
    paymentAnnouncement: {
      title: 'How it stands with the money of an order',
      summary:
        'CloudEvents 1.0.2 in Kafka binary content mode. Sent at least once, in order per order, and only when something differs; before the first an order is unpaid.',
      contentType: 'application/json',
      key: { ...EVENT_SCHEMA.properties.order_uid!, description: '`order_uid`' },
      headers: cloudEventHeadersSchema({
        id: '`payments:order_uid:number`: an event that comes again has the id it had',
        source: PAYMENT_STATUS_SOURCE,
        type: { type: 'string', const: PAYMENT_STATUS_TYPE },
        time: 'When it was found out, in UTC',
      }),
      payload: messageSchemaRef('PaymentAnnouncement'),
      example: exampleOf(example),
    },
  },
  operations: {
    recordPayments: {
      action: 'receive',
      topic: PAYMENTS_TOPIC,
      summary: 'Adds payment events to the ledger, a batch at a time',
      mode: 'shared',
    },
    hearOrders: {
      action: 'receive',
      topic: 'order-status',
      summary: "Weighs an order's payments against its content and its life",
      mode: 'shared',
    },
    announcePayments: {
      action: 'send',
      topic: PAYMENT_STATUS_TOPIC,
      summary: 'Tells how it stands with the money of an order, whenever that differs',
    },
  },
  schemas: { PaymentEvent: EVENT_SCHEMA, PaymentAnnouncement: openObject(ANNOUNCEMENT) },
};
