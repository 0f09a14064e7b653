import {
  cloudEventHeadersSchema,
  type EventFacts,
  exampleOf,
  messageSchemaRef,
  type MessageSchema,
  openObject,
  text,
  time,
} from '../platform/messaging/event-facts.js';
import type { Outcome } from './model/known-order.js';
import {
  STOCK_STATUS_SOURCE,
  STOCK_STATUS_TOPIC,
  STOCK_STATUS_TYPE,
  type StockStatusEvent,
  stockStatusEntryOf,
} from './producer/stock-status.js';

/** Documents must not change with the clock. */
const MOMENT = '2021-11-26T06:22:20.000Z';

/** An outcome that is added has to be added here: the type asks for it. */
const OUTCOMES: Readonly<Record<Outcome, string>> = {
  reserved: 'all that is counted of the content is held for the order',
  out_of_stock:
    'the content cannot be had, and nothing of it is held; what was held for an older one still is',
  expiring: 'the order is asked to give its reservation up, if it is not paid for',
  released: 'the order is cancelled, and its pieces can be had again',
  taken: 'the order is shipped, and its pieces have left the house',
  returned: 'the order has come back, and its pieces with it',
};

const whole = (description: string, minimum: number): MessageSchema => ({
  type: 'integer',
  minimum,
  description,
});

const PROPERTIES: Record<keyof StockStatusEvent, MessageSchema> = {
  order_uid: text('The order'),
  number: whole('Grows with each event of the order, from 1: one that is lower comes late', 1),
  outcome: {
    type: 'string',
    enum: Object.keys(OUTCOMES),
    description: Object.entries(OUTCOMES)
      .map(([name, meaning]) => `\`${name}\`: ${meaning}`)
      .join('; '),
  },
  content_version: whole("Of the order's content that was weighed last; 0: none was", 0),
  reserved: {
    type: 'array',
    description:
      'What the order holds, or has taken with it; a thing that nobody has registered is not counted',
    items: openObject({
      chrt_id: whole('The thing', 0),
      quantity: whole('Pieces, of all lines of the order together', 1),
    }),
  },
  missing: {
    type: 'array',
    description:
      'The `chrt_id`s of which there were too few pieces for that content; they are named still when the order is cancelled for it',
    items: whole('The thing', 0),
  },
  occurred_at: time('When it happened, in UTC'),
  cause: text('`ce_id` of the event of the order that caused it; of `expiring`, the last that was taken in'),
};

const HEADERS = cloudEventHeadersSchema({
  id: '`inventory:order_uid:number`: an event that comes again has the id it had',
  source: STOCK_STATUS_SOURCE,
  type: { type: 'string', const: STOCK_STATUS_TYPE },
  time: 'When it happened, in UTC',
});

const EXAMPLE = stockStatusEntryOf(
  STOCK_STATUS_TOPIC,
  {
    orderUid: 'b563feb7b2b84b6test',
    number: 1,
    outcome: 'reserved',
    contentVersion: 1,
    reserved: [{ chrtId: 9_934_930, quantity: 1 }],
    missing: [],
    cause: 'b563feb7b2b84b6test:1',
  },
  MOMENT,
);

/** The topic of what became of reservations, and what goes over it. */
export const INVENTORY_EVENTS: EventFacts = {
  topics: {
    [STOCK_STATUS_TOPIC]: { summary: "What became of orders' reservations", message: 'stockStatus' },
  },
  messages: {
    stockStatus: {
      title: "An order's reservation was decided, or has changed",
      summary: 'CloudEvents 1.0.2 in Kafka binary content mode. Sent at least once, in order per order.',
      contentType: 'application/json',
      key: text('`order_uid`'),
      headers: messageSchemaRef('StockStatusHeaders'),
      payload: messageSchemaRef('StockStatusEvent'),
      example: exampleOf(EXAMPLE),
    },
  },
  operations: {
    reserveStock: {
      action: 'receive',
      topic: 'order-status',
      summary: 'Reserves what an order wants, and lets it go with what becomes of the order',
      mode: 'shared',
    },
    announceStock: {
      action: 'send',
      topic: STOCK_STATUS_TOPIC,
      summary: 'Tells what became of reservations, where it differs from before',
    },
  },
  schemas: { StockStatusEvent: openObject(PROPERTIES), StockStatusHeaders: HEADERS },
};
