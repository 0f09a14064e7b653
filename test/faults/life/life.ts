import type { Dice } from '../dice.js';
import { shopOrder, type ShopOrder } from '../shop.js';

/** Of this there is nothing. */
export const SOLD_OUT = 9_000_008;
/** Of this there is less than is asked for. */
export const SCARCE = 9_000_009;

/** What a payment provider tells. */
export interface Payment {
  readonly event_id: string;
  readonly order_uid: string;
  readonly transaction: string;
  readonly type: string;
  readonly amount: number;
  readonly currency: string;
  readonly occurred_at: string;
}

/** What a carrier tells. */
export interface ParcelNews {
  readonly event_id: string;
  readonly track_number: string;
  readonly type: string;
  readonly occurred_at: string;
}

/** An order, and what happens to it; its events may come in any order. */
export interface Life {
  readonly order: ShopOrder;
  readonly payments: readonly Payment[];
  readonly parcelNews: readonly ParcelNews[];
  /** Somebody cancels it, which may be only where no parcel moves. */
  readonly isCancelled: boolean;
}

/** Each a payment, by the share of the order's amount. */
const PAYMENTS: readonly (readonly (readonly [type: string, share: number])[])[] = [
  [],
  [['authorized', 1]],
  [['failed', 1], ['authorized', 1], ['voided', 1]],
  [['authorized', 1], ['captured', 1]],
  [['captured', 0.5]],
  [['captured', 0.5], ['captured', 0.5]],
  [['captured', 1], ['captured', 1]],
  [['authorized', 1], ['captured', 1], ['refunded', 0.5]],
  [['captured', 1], ['refunded', 0.5], ['refunded', 0.5]],
  [['captured', 1], ['disputed', 1]],
  [['captured', 1], ['disputed', 1], ['dispute_won', 1]],
  [['captured', 1], ['disputed', 1], ['chargeback', 1]],
]; // prettier-ignore

/**
 * Ways of a parcel. What ends one is never taken back, and what is delivered is not sent back: so what becomes of the order
 * depends on the set of its events alone.
 */
const WAYS: readonly (readonly string[])[] = [
  [],
  ['accepted'],
  ['accepted', 'in_transit', 'out_for_delivery'],
  ['accepted', 'out_for_delivery', 'failed_attempt'],
  ['accepted', 'in_transit', 'arrived', 'out_for_delivery', 'delivered'],
  ['accepted', 'out_for_delivery', 'failed_attempt', 'out_for_delivery', 'delivered'],
  ['accepted', 'in_transit', 'delivered'],
  ['accepted', 'failed_attempt', 'return_started', 'returned'],
  ['accepted', 'in_transit', 'lost'],
];

const CANCELLED_SHARE = 0.15;
const SOLD_OUT_SHARE = 0.1;
const SCARCE_SHARE = 0.1;
const MOVING_SHARE = 0.75;
const HAPPENS_FROM_MS = Date.parse('2026-01-01T00:00:00Z');
const MINUTE_MS = 60_000;

const moment = (place: number): string => new Date(HAPPENS_FROM_MS + place * MINUTE_MS).toISOString();

export function lifeOf(orderUid: string, dice: Dice): Life {
  const roll = dice.roll();
  const isSoldOut = roll < SOLD_OUT_SHARE;
  const isScarce = !isSoldOut && roll < SOLD_OUT_SHARE + SCARCE_SHARE;
  const order = orderOf(orderUid, isSoldOut ? SOLD_OUT : isScarce ? SCARCE : undefined, dice);
  const isCancelled = !isSoldOut && !isScarce && dice.roll() < CANCELLED_SHARE;
  const moves = !isSoldOut && !isScarce && !isCancelled && dice.roll() < MOVING_SHARE;
  return {
    order,
    payments: paymentsOf(order, dice),
    parcelNews: moves ? order.items.flatMap((item) => newsOf(item.track_number, dice)) : [],
    isCancelled,
  };
}

/** Amounts that can be halved. @param thing in place of that of its first line */
function orderOf(orderUid: string, thing: number | undefined, dice: Dice): ShopOrder {
  const order = shopOrder(orderUid, dice.pick([1, 3]));
  const [first, ...others] = order.items;
  return thing === undefined ? order : { ...order, items: [{ ...first!, chrt_id: thing }, ...others] };
}

function paymentsOf({ order_uid, payment }: ShopOrder, dice: Dice): Payment[] {
  const { amount, currency } = payment;
  const part = Math.floor(amount / 2);
  return dice.pick(PAYMENTS).map(([type, share], place, all) => {
    const isSecondHalf = share < 1 && all.slice(0, place).some(([before]) => before === type);
    return {
      event_id: `${order_uid}-pay-${place}`,
      order_uid,
      transaction: order_uid,
      type,
      amount: share === 1 ? amount : isSecondHalf ? amount - part : part,
      currency,
      occurred_at: moment(place),
    };
  });
}

const newsOf = (track_number: string, dice: Dice): ParcelNews[] =>
  dice.pick(WAYS).map((type, place) => ({
    event_id: `${track_number}-${place}`,
    track_number,
    type,
    occurred_at: moment(place),
  }));
