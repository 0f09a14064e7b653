import { hash } from 'node:crypto';
import { DateTime, OneOf, Optional, ShortText, Text } from '../../platform/validation/field-rules.js';
import { TrackNumber } from './track-number.js';

/** In the order of their ranks: of events of one moment, the one with the highest rank happened last. */
export const CARRIER_EVENT_TYPES = [
  'accepted',
  'in_transit',
  'arrived',
  'out_for_delivery',
  'failed_attempt',
  'delivered',
  'return_started',
  'returned',
  'lost',
] as const;
export type CarrierEventType = (typeof CARRIER_EVENT_TYPES)[number];

const MAX_NOTE_CHARACTERS = 1_000;

/** What a carrier tells of a parcel. */
export class CarrierEvent {
  /** By which it is known when it comes again. */
  @ShortText({ minCharacters: 1 }) event_id!: string;
  @TrackNumber() track_number!: string;
  @OneOf(CARRIER_EVENT_TYPES) type!: CarrierEventType;
  @DateTime() occurred_at!: string;
  @Optional() @ShortText() location?: string;
  @Optional() @ShortText() carrier?: string;
  @Optional() @Text({ maxCharacters: MAX_NOTE_CHARACTERS }) note?: string;
  /** When the parcel is expected to arrive. */
  @Optional() @DateTime() estimated_at?: string;
}

export const rankOf = (type: CarrierEventType): number => CARRIER_EVENT_TYPES.indexOf(type);

/** The same for two events whose fields are the same, and for no others: a SHA-256 in hexadecimal digits. */
export function fingerprintOf(event: CarrierEvent): string {
  const { event_id, track_number, type, occurred_at, location, carrier, note, estimated_at } = event;
  const fields = [event_id, track_number, type, occurred_at, location, carrier, note, estimated_at];
  return hash('sha256', JSON.stringify(fields), 'hex');
}
