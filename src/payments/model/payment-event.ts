import {
  CurrencyCode,
  DateTime,
  OneOf,
  Optional,
  ShortText,
  Text,
  WholeNumber,
} from '../../platform/validation/field-rules.js';
import { UrlSafeId } from '../../platform/validation/url-safe-id.js';

/**
 * What can happen to money. `disputed` is a payer's objection, `chargeback` the money taken back for it, and `dispute_won`
 * the end of either for the shop. `failed` is told for the record, and moves nothing.
 */
export const PAYMENT_TYPES = [
  'authorized',
  'captured',
  'failed',
  'voided',
  'refunded',
  'disputed',
  'chargeback',
  'dispute_won',
] as const;

export type PaymentType = (typeof PAYMENT_TYPES)[number];

const MAX_REASON_CHARACTERS = 1_000;

/** Something that happened to the money of an order, as its payment provider tells it. */
export class PaymentEvent {
  /** Names the event: one that comes again under the same id is the same event, and has the same content. */
  @ShortText({ minCharacters: 1 }) event_id!: string;
  @UrlSafeId() order_uid!: string;
  /** The provider's name of the payment: what is captured, voided and refunded of one authorization shares it. */
  @ShortText({ minCharacters: 1 }) transaction!: string;
  @OneOf(PAYMENT_TYPES) type!: PaymentType;
  @WholeNumber({ meaning: 'minor units of the currency' }) amount!: number;
  @CurrencyCode() currency!: string;
  @DateTime() occurred_at!: string;
  @Optional() @ShortText() provider?: string | undefined;
  @Optional() @Text({ maxCharacters: MAX_REASON_CHARACTERS }) reason?: string | undefined;
}

/** A payment event that is in the ledger. */
export interface LedgerEntry extends PaymentEvent {
  /** RFC 3339, in UTC. */
  readonly recorded_at: string;
}

const FIELDS = [
  'order_uid',
  'transaction',
  'type',
  'amount',
  'currency',
  'occurred_at',
  'provider',
  'reason',
] as const satisfies readonly (keyof PaymentEvent)[];

/** Whether two events of one `event_id` are one event. */
export function hasSameContent(one: PaymentEvent, other: PaymentEvent): boolean {
  return FIELDS.every((field) => one[field] === other[field]);
}

/**
 * Sorts events by when they happened; of one moment by the order of {@link PAYMENT_TYPES}, and then by their ids, so that
 * the order of arrival says nothing.
 */
export function byOccurrence(events: readonly PaymentEvent[]): PaymentEvent[] {
  const keyed = events.map((event) => ({
    event,
    // RFC 3339 allows a small `t` and `z`, ECMAScript's own format does not.
    atMs: Date.parse(event.occurred_at.toUpperCase()),
    rank: PAYMENT_TYPES.indexOf(event.type),
  }));
  keyed.sort((one, other) => one.atMs - other.atMs || one.rank - other.rank || byId(one.event, other.event));
  return keyed.map(({ event }) => event);
}

const byId = (one: PaymentEvent, other: PaymentEvent): number =>
  one.event_id < other.event_id ? -1 : one.event_id > other.event_id ? 1 : 0;
