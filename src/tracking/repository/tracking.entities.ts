import { EntitySchema } from 'typeorm';
import type { CarrierEventType } from '../model/carrier-event.js';
import type { ParcelMarks } from '../model/parcel.js';

/** By its bytes, whatever the database's locale is. */
const KEY = { type: 'text', collation: 'C' } as const;

export interface CarrierEventRow {
  event_id: string;
  track_number: string;
  moment: string;
  rank: number;
  type: CarrierEventType;
  occurred_at: string;
  location: string | null;
  carrier: string | null;
  note: string | null;
  estimated_at: string | null;
  fingerprint: Buffer;
  received_at: Date;
}

export const CarrierEventEntity = new EntitySchema<CarrierEventRow>({
  name: 'carrier_event',
  schema: 'tracking',
  tableName: 'events',
  columns: {
    event_id: { ...KEY, primary: true, primaryKeyConstraintName: 'pk_events' },
    track_number: KEY,
    moment: { ...KEY, comment: 'occurred_at in UTC, as a text that sorts as moments do' },
    rank: { type: 'smallint' },
    type: { type: 'text' },
    occurred_at: { type: 'text' },
    location: { type: 'text', nullable: true },
    carrier: { type: 'text', nullable: true },
    note: { type: 'text', nullable: true },
    estimated_at: { type: 'text', nullable: true },
    fingerprint: { type: 'bytea' },
    received_at: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [{ name: 'ix_events_track_number', columns: ['track_number', 'moment', 'rank', 'event_id'] }],
});

interface ParcelRow {
  track_number: string;
  marks: ParcelMarks | null;
}

const ParcelEntity = new EntitySchema<ParcelRow>({
  name: 'parcel',
  schema: 'tracking',
  tableName: 'parcels',
  columns: {
    track_number: { ...KEY, primary: true, primaryKeyConstraintName: 'pk_parcels' },
    marks: { type: 'jsonb', nullable: true, comment: 'null where no event of it has come' },
  },
});

interface TrackedOrderRow {
  order_uid: string;
  content_version: number;
  parcels: number;
  number: number;
  digest: Buffer | null;
}

const TrackedOrderEntity = new EntitySchema<TrackedOrderRow>({
  name: 'tracked_order',
  schema: 'tracking',
  tableName: 'orders',
  columns: {
    order_uid: { ...KEY, primary: true, primaryKeyConstraintName: 'pk_orders' },
    content_version: { type: 'bigint' },
    parcels: { type: 'integer' },
    number: { type: 'bigint', default: 0, comment: 'of its last announcement; 0: none yet' },
    digest: { type: 'bytea', nullable: true, comment: 'of what was announced last' },
  },
});

interface OrderParcelRow {
  track_number: string;
  order_uid: string;
  position: number;
}

const OrderParcelEntity = new EntitySchema<OrderParcelRow>({
  name: 'order_parcel',
  schema: 'tracking',
  tableName: 'order_parcels',
  columns: {
    track_number: { ...KEY, primary: true, primaryKeyConstraintName: 'pk_order_parcels' },
    order_uid: { ...KEY, primary: true, primaryKeyConstraintName: 'pk_order_parcels' },
    position: { type: 'integer' },
  },
  indices: [{ name: 'ix_order_parcels_order_uid', columns: ['order_uid'] }],
});

interface FanOutRow {
  track_number: string;
  cause: string;
  after: string;
  until: string;
  has_wrapped: boolean;
  stepped_at: Date;
}

const FanOutEntity = new EntitySchema<FanOutRow>({
  name: 'fan_out',
  schema: 'tracking',
  tableName: 'fan_outs',
  columns: {
    track_number: { ...KEY, primary: true, primaryKeyConstraintName: 'pk_fan_outs' },
    cause: { type: 'text' },
    after: { ...KEY, default: '' },
    until: { ...KEY, default: '' },
    has_wrapped: { type: 'boolean', default: false },
    stepped_at: { type: 'timestamptz', default: () => 'clock_timestamp()' },
  },
});

export const TRACKING_ENTITIES = [
  CarrierEventEntity,
  ParcelEntity,
  TrackedOrderEntity,
  OrderParcelEntity,
  FanOutEntity,
];
