import {
  type AnswerFacts,
  type ApiFacts,
  type ApiSchema,
  headerText,
  objectOf,
  schemaRef,
} from '../../platform/http/api-facts.js';
import { NEXT_STATUSES, ORDER_STATUSES } from '../model/order-life.js';
import { MAX_AUTHOR_CHARACTERS } from '../model/order-note.js';
import { ORDER_CHANGES, PAYMENT_STATUSES, SHIPMENT_STATUSES } from '../model/order-states.js';
import { SEARCH_FIELDS } from '../model/search-terms.js';
import { HISTORY_SOURCES } from '../model/stored-version.js';
import { orderJsonSchema } from '../model/order.schema.js';
import { WAITS } from '../model/waiting.js';
import { MAX_LIVES } from '../service/demo-lives.js';
import { MAX_HITS } from '../service/order-search.js';
import { BUCKET_SECONDS, BUCKETS } from '../service/heard-rates.js';
import { EXAMPLE_ORDER } from './example-order.js';
import { NOTE_SCHEMAS } from './note-schemas.js';
import { MAX_REASON_CHARACTERS } from './status-request.js';
import { TOLD } from './told-schemas.js';

const TEXT: ApiSchema = { type: 'string' };
const NOT_EMPTY: ApiSchema = { type: 'string', minLength: 1 };
const MOMENT: ApiSchema = { type: 'string', format: 'date-time' };
const UID: ApiSchema = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' };
const VERSION: ApiSchema = { type: 'integer', minimum: 1 };

const RECEIPT: AnswerFacts = { headers: ['ETag', 'Location'], schema: schemaRef('OrderReceipt') };

const STATE_HEADERS = ['X-Order-Status', 'X-Payment-Status', 'X-Shipment-Status'];
const STATUS: ApiSchema = { type: 'string', enum: ORDER_STATUSES };
const STATES = {
  status: STATUS,
  payment_status: { type: 'string', enum: PAYMENT_STATUSES },
  shipment_status: { type: 'string', enum: SHIPMENT_STATUSES },
};
/** The table of an order's life in words. */
const LIFE = ORDER_STATUSES.filter((status) => NEXT_STATUSES[status].length > 0)
  .map(
    (status) => `\`${status}\` may become ${NEXT_STATUSES[status].map((next) => `\`${next}\``).join(' or ')}`,
  )
  .join('; ');
const REASON: ApiSchema = { type: 'string', minLength: 1, maxLength: MAX_REASON_CHARACTERS };
const BY: ApiSchema = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_AUTHOR_CHARACTERS,
  description: 'Who asks, as they call themselves',
};
const MOVED: AnswerFacts = { headers: ['ETag', 'Location'], schema: schemaRef('StatusReceipt') };

const orNull = (schema: ApiSchema): ApiSchema => ({ ...schema, type: [schema.type, 'null'] });

/** A figure for each bucket. */
const FIGURES: ApiSchema = {
  type: 'array',
  minItems: BUCKETS,
  maxItems: BUCKETS,
  items: { type: ['integer', 'null'], minimum: 0 },
};

const WAITING_COUNTS = objectOf(Object.fromEntries(WAITS.map((wait) => [wait, schemaRef('BoundedCount')])));

const OPERATIONS: ApiFacts['operations'] = {
  'get /api/events': {
    id: 'watchOrders',
    answers: {
      200: {
        description: 'Events until the client ends it; the data of an `order-status` is a StatusEvent',
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
      200: { headers: ['ETag', 'X-Cache', ...STATE_HEADERS, 'X-Order-Version', 'X-Received-At'] },
      304: { headers: ['ETag', 'X-Cache', ...STATE_HEADERS] },
      404: { headers: ['X-Cache'] },
    },
  },
  'put /api/orders/{order_uid}': {
    id: 'replaceOrder',
    answers: { 200: RECEIPT },
    exampleBody: EXAMPLE_ORDER,
  },
  'post /api/orders/{order_uid}/status': {
    id: 'setOrderStatus',
    answers: { 200: MOVED },
    exampleBody: { status: 'confirmed', reason: 'checked by hand', by: 'Mia' },
  },
  'post /api/orders/{order_uid}/cancel': {
    id: 'cancelOrder',
    answers: { 200: MOVED },
    exampleBody: { reason: 'the customer has asked for it', by: 'Mia' },
  },
  'get /api/orders/{order_uid}/history': {
    id: 'getOrderHistory',
    answers: { 200: { headers: ['Link'], schema: { type: 'array', items: schemaRef('OrderVersion') } } },
  },
  'get /api/orders/{order_uid}/events': {
    id: 'watchOrder',
    answers: {
      200: { description: 'Events until the client ends it', schema: TEXT, mediaType: 'text/event-stream' },
    },
  },
  'get /api/orders/{order_uid}/summary': {
    id: 'getOrderSummary',
    answers: { 200: { schema: schemaRef('OrderStanding') } },
  },
  'get /api/search': {
    id: 'searchOrders',
    answers: { 200: { schema: schemaRef('FoundOrders') } },
  },
  'get /api/orders/{order_uid}/notes': {
    id: 'getOrderNotes',
    answers: { 200: { headers: ['Link'], schema: schemaRef('OrderNotes') } },
  },
  'post /api/orders/{order_uid}/notes': {
    id: 'addOrderNote',
    answers: { 201: { schema: schemaRef('OrderNote') } },
    exampleBody: { text: 'Called: wants it on Saturday', author: 'Ann' },
  },
  'get /api/counts/orders': {
    id: 'countOrders',
    answers: { 200: { schema: schemaRef('BoundedCount') } },
  },
  'get /api/counts/waiting-orders': { id: 'countWaiting', answers: { 200: { schema: WAITING_COUNTS } } },
  'get /api/exports/orders': {
    id: 'exportOrders',
    answers: {
      200: {
        headers: ['Content-Disposition'],
        schema: TEXT,
        mediaType: 'text/csv',
        otherMediaTypes: ['application/jsonl'],
      },
    },
  },
  'get /api/waiting/orders': {
    id: 'listWaitingOrders',
    answers: { 200: { headers: ['Link'], schema: schemaRef('WaitingOrders') } },
  },
  'get /api/rates': {
    id: 'getRates',
    answers: { 200: { schema: schemaRef('Rates') } },
  },
  'post /api/orders/test': {
    id: 'sendTestOrders',
    answers: { 202: { headers: ['Location'], schema: schemaRef('TestOrders') } },
    exampleBody: { life: true },
  },
};

const HEADERS: ApiFacts['headers'] = {
  'Content-Disposition': headerText(
    'What the file is called',
    'attachment; filename="orders-2021-11-26.csv"',
  ),
  ETag: headerText(
    'A strong validator of the order: its version, digits of its content, and its states',
    '"v1-0123456789abcdef-000"',
  ),
  Location: headerText('Where the order is', '/api/orders/b563feb7b2b84b6test'),
  'X-Cache': {
    description: 'Whether a cache had the answer',
    schema: { type: 'string', enum: ['HIT', 'MISS'] },
    example: 'HIT',
  },
  'X-Order-Status': {
    description: "The order's life",
    schema: STATES.status,
    example: 'received',
  },
  'X-Payment-Status': {
    description: 'What has been paid of it',
    schema: STATES.payment_status,
    example: 'unpaid',
  },
  'X-Shipment-Status': {
    description: 'Where its parcels are',
    schema: STATES.shipment_status,
    example: 'none',
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
    ...STATES,
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
  FoundOrders: objectOf({
    query: { ...TEXT, description: 'What was searched for: `q` without quotes and line ends' },
    hits: {
      type: 'array',
      maxItems: MAX_HITS,
      items: objectOf({
        matched: { type: 'string', enum: SEARCH_FIELDS },
        value: { ...TEXT, description: 'The text that matched, as the order has it' },
        order: schemaRef('OrderSummary'),
      }),
    },
    more: { type: 'boolean', description: 'Whether there are hits beyond these' },
  }),
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
  StatusRequest: {
    ...objectOf({ status: { ...STATUS, description: LIFE }, reason: REASON, by: BY }),
    required: ['status'],
  },
  CancelRequest: { type: 'object', properties: { reason: REASON, by: BY } },
  StatusReceipt: objectOf({ order_uid: UID, ...STATES, version: VERSION }),
  OrderVersion: objectOf({
    version: VERSION,
    change: { type: 'string', enum: ORDER_CHANGES },
    from: orNull(TEXT),
    to: orNull(TEXT),
    at: MOMENT,
    source: { type: 'string', enum: HISTORY_SOURCES },
    by: { ...orNull(TEXT), description: 'Who has asked for it, as they call themselves' },
    reason: orNull(TEXT),
    cause: { ...orNull(TEXT), description: 'Id of the event that caused it' },
  }),
  OrderStanding: objectOf({
    order_uid: UID,
    ...STATES,
    next: { type: 'array', items: STATUS, description: 'What it may be asked to become now' },
    version: VERSION,
    content_version: { ...VERSION, description: 'The version at which it got the content that it has' },
    received_at: MOMENT,
    updated_at: MOMENT,
    payments: objectOf({
      currency: TEXT,
      amount: { type: 'integer', description: 'Minor units of the currency' },
      balance: TOLD.balance,
    }),
    parcels: TOLD.parcels,
    stock: TOLD.stock,
  }),
  StatusEvent: TOLD.statusEvent,
  ...NOTE_SCHEMAS,
  WaitingOrder: objectOf({
    for: { type: 'string', enum: WAITS },
    since: { ...MOMENT, description: 'Since when it waits; of a promise, when the parcel was expected' },
    order: schemaRef('OrderSummary'),
  }),
  WaitingOrders: objectOf({
    waiting: { type: 'array', items: schemaRef('WaitingOrder') },
    counts: WAITING_COUNTS,
  }),
  Rates: objectOf({
    bucket_seconds: { type: 'integer', const: BUCKET_SECONDS },
    buckets: { type: 'integer', const: BUCKETS },
    until: { ...MOMENT, description: 'Where the last bucket ends' },
    orders_in: { ...FIGURES, description: 'New orders that were heard of' },
    changes_out: { ...FIGURES, description: 'Status events that were heard, those of new orders among them' },
    dead_letters: {
      ...FIGURES,
      description: 'Events that became dead letters, and were not discarded since',
    },
  }),
  TestOrdersRequest: {
    type: 'object',
    properties: {
      life: {
        type: 'boolean',
        default: false,
        description: `Whether each order is paid for, sent and so on for 30 seconds, by this process: count is ${MAX_LIVES} at most then, and no more are played at a time. Of contexts that do not run here nothing comes. A stop of the program cuts lives off`,
      },
    },
  },
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
    'If-None-Match': '"v1-0123456789abcdef-000"',
    count: 1,
    customer_id: 'test',
    track_number: 'WBILMTESTTRACK',
    delivery_service: 'meest',
    q: '+7 (972) 000-00-00',
  },
};
