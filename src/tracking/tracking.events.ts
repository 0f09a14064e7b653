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
import { EXAMPLE_EVENT } from './http/example-event.js';
import { carrierEventJsonSchema } from './model/carrier-event.schema.js';
import { URL_SAFE_ID_SCHEMA } from '../platform/validation/url-safe-id.js';
import { marksOf, parcelStateOf } from './model/parcel.js';
import { SHIPMENT_STATUSES } from './model/shipment-status.js';
import {
  SHIPMENT_STATUS_TOPIC,
  type ShipmentEvent,
  shipmentEntryOf,
} from './producer/shipment-announcements.js';

const DELIVERY_EVENTS_TOPIC = 'delivery-events';
const ORDER_STATUS_TOPIC = 'order-status';
/** Documents must not change with the clock. */
const MOMENT = '2021-11-27T09:15:02.000Z';

const SCHEMA = carrierEventJsonSchema({ unknownFields: 'ignore' });
const { track_number } = SCHEMA.properties;

/** A field that is added to the announcement has to be added here: the type asks for it. */
const SHIPMENT_PROPERTIES: Record<keyof ShipmentEvent, MessageSchema> = {
  order_uid: URL_SAFE_ID_SCHEMA,
  number: { type: 'integer', minimum: 1, description: 'Grows with each announcement of the order' },
  shipment_status: { type: 'string', enum: SHIPMENT_STATUSES },
  content_version: {
    type: 'integer',
    minimum: 1,
    description: "Of the order's content that has these parcels",
  },
  parcels: {
    type: 'array',
    description:
      "In the order of the order's items; where they do not fit into 1 MB, without places, and then without the last",
    items: openObject({
      track_number: track_number!,
      state: { description: 'The type of the event that it is from; null: no event of it has come' },
      location: { description: 'The last place that is known, or null' },
      occurred_at: { description: 'When it came to its state, as its carrier wrote it, or null' },
      estimated_at: { description: 'When it is expected, or null' },
    }),
  },
  occurred_at: time('When it was found, in UTC'),
  cause: text('The `event_id` of the event, or the `ce_id` of the order, that changed it'),
};

const HEADERS = cloudEventHeadersSchema({
  id: '`tracking:<order_uid>:<number>`: an announcement that comes again has the id it had',
  source: '/waybill/tracking',
  type: { type: 'string', const: 'waybill.shipment.status' },
  time: 'When it was found, in UTC',
});

const announcementExample = shipmentEntryOf(
  SHIPMENT_STATUS_TOPIC,
  {
    orderUid: 'b563feb7b2b84b6test',
    number: 1,
    status: 'shipped',
    contentVersion: 1,
    parcels: [{ track_number: EXAMPLE_EVENT.track_number, ...parcelStateOf(marksOf(EXAMPLE_EVENT)) }],
    cause: EXAMPLE_EVENT.event_id,
  },
  MOMENT,
);

/** The topics of tracking, and what goes over them. */
export const TRACKING_EVENTS: EventFacts = {
  topics: {
    [DELIVERY_EVENTS_TOPIC]: { summary: 'What carriers tell of parcels', message: 'carrierEvent' },
    [SHIPMENT_STATUS_TOPIC]: { summary: 'What becomes of orders on their way', message: 'shipmentStatus' },
  },
  messages: {
    carrierEvent: {
      title: 'A carrier tells of a parcel',
      summary: 'May come in any order, and again: the same event_id is the same event.',
      contentType: 'application/json',
      key: { type: 'string', description: 'Should be `track_number`; nothing depends on it' },
      headers: headersOfReceived({}, 'All are kept with a dead letter; none is read but this'),
      payload: messageSchemaRef('CarrierEvent'),
      example: { headers: {}, payload: EXAMPLE_EVENT },
    },
    shipmentStatus: {
      title: 'An order is somewhere else on its way',
      summary: 'CloudEvents 1.0.2 in Kafka binary content mode. Sent at least once, in order per order.',
      contentType: 'application/json',
      key: { ...URL_SAFE_ID_SCHEMA, description: '`order_uid`' },
      headers: messageSchemaRef('ShipmentEventHeaders'),
      payload: messageSchemaRef('ShipmentEvent'),
      example: exampleOf(announcementExample),
    },
  },
  operations: {
    takeCarrierEvents: {
      action: 'receive',
      topic: DELIVERY_EVENTS_TOPIC,
      summary: 'Stores events of carriers, a batch at a time',
      mode: 'shared',
    },
    learnParcels: {
      action: 'receive',
      topic: ORDER_STATUS_TOPIC,
      summary: 'Learns which track numbers an order has',
      mode: 'shared',
    },
    announceShipments: {
      action: 'send',
      topic: SHIPMENT_STATUS_TOPIC,
      summary: 'Tells of each order whose shipment status, or what is to be seen of its parcels, has changed',
    },
  },
  schemas: {
    CarrierEvent: SCHEMA,
    ShipmentEvent: openObject(SHIPMENT_PROPERTIES),
    ShipmentEventHeaders: HEADERS,
  },
};
