import { type ApiFacts, type ApiSchema, objectOf, schemaRef } from '../../platform/http/api-facts.js';
import { CARRIER_EVENT_TYPES } from '../model/carrier-event.js';
import { carrierEventJsonSchema } from '../model/carrier-event.schema.js';
import { URL_SAFE_ID_SCHEMA } from '../../platform/validation/url-safe-id.js';
import { SHIPMENT_STATUSES } from '../model/shipment-status.js';
import { MOST_ORDERS_SHOWN } from '../service/tracking-lookup.js';
import { EXAMPLE_EVENT } from './example-event.js';

const orNull = (schema: ApiSchema): ApiSchema => ({ anyOf: [schema, { type: 'null' }] });
const TEXT: ApiSchema = { type: 'string' };
const MOMENT: ApiSchema = { type: 'string', format: 'date-time' };
const TYPE: ApiSchema = { type: 'string', enum: CARRIER_EVENT_TYPES };
const COUNT: ApiSchema = { type: 'integer', minimum: 0 };

const PARCEL_FIELDS: Readonly<Record<string, ApiSchema>> = {
  track_number: TEXT,
  state: orNull({ ...TYPE, description: 'null: no event of it has come' }),
  location: orNull({ ...TEXT, description: 'The last place that is known' }),
  occurred_at: orNull({ ...MOMENT, description: 'When it came to its state' }),
  estimated_at: orNull({ ...MOMENT, description: 'When it is expected; null once it has ended its way' }),
};

export const TRACKING_API: ApiFacts = {
  operations: {
    'post /api/tracking/events': {
      id: 'submitCarrierEvents',
      answers: {
        200: { schema: schemaRef('CarrierEventsTaken') },
        201: { schema: schemaRef('CarrierEventsTaken') },
      },
      exampleBody: EXAMPLE_EVENT,
    },
    'get /api/tracking/{track_number}': {
      id: 'getParcel',
      answers: { 200: { headers: ['Link'], schema: schemaRef('ParcelTimeline') } },
    },
    'get /api/orders/{order_uid}/shipments': {
      id: 'getShipments',
      answers: { 200: { schema: schemaRef('OrderShipments') } },
    },
  },
  schemas: {
    CarrierEvent: carrierEventJsonSchema() as unknown as ApiSchema,
    CarrierEventsTaken: objectOf({
      stored: { ...COUNT, description: 'How many were new' },
      known: { ...COUNT, description: 'How many were there already' },
    }),
    Parcel: objectOf(PARCEL_FIELDS),
    ParcelTimeline: objectOf({
      ...PARCEL_FIELDS,
      orders: {
        type: 'array',
        items: URL_SAFE_ID_SCHEMA,
        maxItems: MOST_ORDERS_SHOWN,
        description: 'The orders that it belongs to, by their ids',
      },
      has_more_orders: { type: 'boolean', description: 'Whether it belongs to more than are named' },
      events: {
        type: 'array',
        description: 'Oldest first, as they came',
        items: objectOf({
          event_id: TEXT,
          type: TYPE,
          occurred_at: MOMENT,
          location: orNull(TEXT),
          carrier: orNull(TEXT),
          note: orNull(TEXT),
          estimated_at: orNull(MOMENT),
        }),
      },
    }),
    OrderShipments: objectOf({
      order_uid: URL_SAFE_ID_SCHEMA,
      shipment_status: { type: 'string', enum: SHIPMENT_STATUSES },
      content_version: {
        type: 'integer',
        minimum: 1,
        description: "Of the order's content that has these parcels",
      },
      parcels: { type: 'array', items: schemaRef('Parcel') },
    }),
  },
  examples: {
    track_number: EXAMPLE_EVENT.track_number,
    order_uid: 'b563feb7b2b84b6test',
  },
};
