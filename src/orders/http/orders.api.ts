import {
  type AnswerFacts,
  type ApiFacts,
  type ApiSchema,
  headerText,
  objectOf,
  schemaRef,
} from '../../platform/http/api-facts.js';
import { orderJsonSchema } from '../model/order.schema.js';
import { EXAMPLE_ORDER } from './example-order.js';

const TEXT: ApiSchema = { type: 'string' };
const NOT_EMPTY: ApiSchema = { type: 'string', minLength: 1 };
const MOMENT: ApiSchema = { type: 'string', format: 'date-time' };
const UID: ApiSchema = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' };
const VERSION: ApiSchema = { type: 'integer', minimum: 1 };

const RECEIPT: AnswerFacts = { headers: ['ETag', 'Location'], schema: schemaRef('OrderReceipt') };

const OPERATIONS: ApiFacts['operations'] = {
  'get /api/events': {
    id: 'watchOrders',
    answers: {
      200: {
        description: 'Events until the client ends it',
        schema: TEXT,
        mediaType: 'text/event-stream',
      },
    },
  },
  'get /api/orders': {
    id: 'listOrders',
    answers: { 200: { headers: ['Link'], schema: schemaRef('OrderPage') } },
  },
  'post /api/orders': {
    id: 'submitOrder',
    answers: { 200: RECEIPT, 201: RECEIPT },
    exampleBody: EXAMPLE_ORDER,
  },
  'get /api/orders/{order_uid}': {
    id: 'getOrder',
    answers: {
      200: { headers: ['ETag', 'X-Cache', 'X-Order-Status', 'X-Order-Version', 'X-Received-At'] },
      304: { headers: ['ETag', 'X-Cache'] },
      404: { headers: ['X-Cache'] },
    },
  },
  'put /api/orders/{order_uid}': {
    id: 'replaceOrder',
    answers: { 200: RECEIPT },
    exampleBody: EXAMPLE_ORDER,
  },
  'post /api/orders/test': {
    id: 'sendTestOrders',
    answers: { 202: { headers: ['Location'], schema: schemaRef('TestOrders') } },
  },
};

const HEADERS: ApiFacts['headers'] = {
  ETag: headerText(
    'A strong validator of the order: its version, and digits of its content',
    '"v1-0123456789abcdef"',
  ),
  Location: headerText('Where the order is', '/api/orders/b563feb7b2b84b6test'),
  'X-Cache': {
    description: 'Whether a cache had the answer',
    schema: { type: 'string', enum: ['HIT', 'MISS'] },
    example: 'HIT',
  },
  'X-Order-Status': {
    description: 'What the order is',
    schema: { type: 'string', enum: ['received', 'updated'] },
    example: 'received',
  },
  'X-Order-Version': {
    description: '1 for a new order, one higher with each change',
    schema: VERSION,
    example: 1,
  },
  'X-Received-At': {
    description: 'When its first version came',
    schema: MOMENT,
    example: '2021-11-26T06:22:20.123456Z',
  },
};

const ANSWER_SCHEMAS: ApiFacts['schemas'] = {
  OrderSummary: objectOf({
    order_uid: UID,
    track_number: TEXT,
    customer_id: TEXT,
    status: { type: 'string', enum: ['received', 'updated'] },
    version: VERSION,
    received_at: MOMENT,
    date_created: TEXT,
    amount: { type: 'integer', description: 'Minor units of the currency' },
    currency: TEXT,
    items: { type: 'integer', minimum: 1, description: 'How many' },
  }),
  OrderPage: {
    description: 'By `view`: whole orders, or what a row of a list shows of each',
    anyOf: [
      { type: 'array', items: schemaRef('Order') },
      { type: 'array', items: schemaRef('OrderSummary') },
    ],
  },
  OrderReceipt: objectOf({
    order_uid: UID,
    version: VERSION,
    outcome: {
      type: 'string',
      enum: ['stored', 'updated', 'unchanged', 'stale', 'overtaken'],
      description: 'What became of it: a new order, other content, or the content that was there',
    },
    totals_match: { type: 'boolean', description: 'Whether its amounts add up' },
  }),
  TestOrders: {
    type: 'object',
    required: ['order_uid'],
    properties: {
      order_uid: UID,
      order_uids: { type: 'array', items: UID, description: 'Of more than one' },
    },
  },
};

export const ORDERS_API: ApiFacts = {
  operations: OPERATIONS,
  headers: HEADERS,
  schemas: { ...(orderJsonSchema() as unknown as ApiFacts['schemas']), ...ANSWER_SCHEMAS },
  parameters: { customer_id: NOT_EMPTY, track_number: NOT_EMPTY, delivery_service: NOT_EMPTY },
  // The example of the POST stores an order with this id.
  examples: {
    order_uid: 'b563feb7b2b84b6test',
    'If-Match': '*',
    'If-None-Match': '"v1-0123456789abcdef"',
    count: 1,
    customer_id: 'test',
    track_number: 'WBILMTESTTRACK',
    delivery_service: 'meest',
  },
};
