import { type ApiSchema, objectOf } from '../../platform/http/api-facts.js';
import type { ModelSchema } from '../../platform/validation/field-schema.js';
import { type Parcel, type PaymentTold, STOCK_OUTCOMES, type StockTold } from '../model/announcement.js';
import { orderJsonSchema } from '../model/order.schema.js';
import { ORDER_CHANGES, PAYMENT_STATUSES, SHIPMENT_STATUSES } from '../model/order-states.js';
import { ORDER_STATUSES } from '../model/order-life.js';
import { STATUS_ITEM_FIELDS, STATUS_PAYMENT_FIELDS, type StatusEvent } from '../model/status-event.js';

const TEXT: ApiSchema = { type: 'string' };
const TEXT_OR_NULL: ApiSchema = { type: ['string', 'null'] };
const VERSION: ApiSchema = { type: 'integer', minimum: 1 };
const AMOUNT: ApiSchema = {
  type: ['integer', 'null'],
  format: 'int64',
  description: 'Minor units of the currency; null where it was not said',
};
/** Of the content that was weighed; 0 where none was known. */
const CONTENT_VERSION: ApiSchema = { type: 'integer', minimum: 0 };

/** The type asks for what is added to what is told. */
type Described<Told> = Record<keyof Told, ApiSchema>;

/** What of a model's fields is told. */
function picked({ properties }: ModelSchema, names: readonly string[]): ApiSchema {
  return objectOf(Object.fromEntries(names.map((name) => [name, { ...properties[name] }])));
}

const { Order, Payment, Item } = orderJsonSchema();

/** The `data` of an event `order-status` of the stream. */
const STATUS_EVENT: Described<StatusEvent> = {
  order_uid: { ...Order.properties.order_uid },
  track_number: TEXT,
  customer_id: TEXT,
  status: { type: 'string', enum: ORDER_STATUSES },
  payment_status: { type: 'string', enum: PAYMENT_STATUSES },
  shipment_status: { type: 'string', enum: SHIPMENT_STATUSES },
  version: VERSION,
  content_version: VERSION,
  change: { type: 'string', enum: ORDER_CHANGES },
  previous: {
    ...TEXT_OR_NULL,
    description: 'The value of the state before it changed; null where the change is none of a state',
  },
  occurred_at: { type: 'string', format: 'date-time' },
  date_created: TEXT,
  delivery_service: TEXT,
  totals_match: { type: 'boolean' },
  payment: picked(Payment, STATUS_PAYMENT_FIELDS),
  items: { type: 'array', minItems: 1, items: picked(Item, STATUS_ITEM_FIELDS) },
};

const PAYMENT_TOLD: Described<PaymentTold> = {
  payment_status: { type: 'string', enum: PAYMENT_STATUSES },
  currency: TEXT_OR_NULL,
  captured: AMOUNT,
  refunded: AMOUNT,
  charged_back: AMOUNT,
  net: AMOUNT,
  refund_due: AMOUNT,
  void_due: AMOUNT,
};

const PARCEL_TOLD: Described<Parcel> = {
  track_number: TEXT,
  state: { ...TEXT_OR_NULL, description: 'The type of its last event; null before the first' },
  location: TEXT_OR_NULL,
  occurred_at: { ...TEXT_OR_NULL, description: 'When its last event happened' },
  estimated_at: { ...TEXT_OR_NULL, description: 'When it is expected' },
};

const STOCK_TOLD: Described<StockTold> = {
  outcome: { type: 'string', enum: STOCK_OUTCOMES },
  reserved: {
    type: 'array',
    items: objectOf({
      chrt_id: { type: 'integer', format: 'int64' },
      quantity: { type: 'integer', format: 'int64' },
    }),
  },
  missing: { type: 'array', items: { type: 'integer', format: 'int64' }, description: 'Each a chrt_id' },
};

const orNull = (schema: ApiSchema, description: string): ApiSchema => ({
  ...schema,
  type: ['object', 'null'],
  description,
});

/** What goes out on the stream of all orders, and what was told of an order, as its summary shows it. */
export const TOLD = {
  statusEvent: objectOf(STATUS_EVENT),
  balance: orNull(
    objectOf({ ...PAYMENT_TOLD, content_version: CONTENT_VERSION }),
    'What payments have told last; null: nothing',
  ),
  parcels: { type: 'array', items: objectOf(PARCEL_TOLD), description: 'What tracking has told last' },
  stock: orNull(
    objectOf({ ...STOCK_TOLD, content_version: CONTENT_VERSION }),
    'What inventory has told last; null: nothing',
  ),
} satisfies Record<string, ApiSchema>;
