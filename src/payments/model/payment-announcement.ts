import type { Balance } from './balance.js';
import type { Dues, PaymentState, PaymentStatus } from './payment-state.js';

/** What others are told of the money of an order, besides which announcement it is. */
export interface AnnouncedState
  extends Dues, Pick<Balance, 'currency' | 'captured' | 'refunded' | 'charged_back' | 'net'> {
  readonly payment_status: PaymentStatus;
}

/** The value of an announcement: what a consumer needs in order to act without calling back. */
export interface PaymentAnnouncement extends AnnouncedState {
  readonly order_uid: string;
  /** 1 for the first of this order, one higher with each. */
  readonly number: number;
  /** Of the order's content that the payments were weighed against. */
  readonly content_version: number;
  /** RFC 3339, in UTC. */
  readonly occurred_at: string;
  /** Id of the event that it follows from. */
  readonly cause: string;
}

const AMOUNTS = ['captured', 'refunded', 'charged_back', 'net', 'refund_due', 'void_due'] as const;

/** What everybody takes for granted of an order that nothing was announced of. */
export const UNTOLD: AnnouncedState = {
  payment_status: 'unpaid',
  currency: '',
  captured: 0,
  refunded: 0,
  charged_back: 0,
  net: 0,
  refund_due: 0,
  void_due: 0,
};

export function announcedStateOf({
  payment_status,
  balance,
  refund_due,
  void_due,
}: PaymentState): AnnouncedState {
  const { currency, captured, refunded, charged_back, net } = balance;
  return { payment_status, currency, captured, refunded, charged_back, net, refund_due, void_due };
}

/** Whether there is something to tell. Nothing is the same in every currency. */
export function differs(one: AnnouncedState, other: AnnouncedState): boolean {
  return (
    one.payment_status !== other.payment_status ||
    AMOUNTS.some((amount) => one[amount] !== other[amount]) ||
    (one.currency !== other.currency && AMOUNTS.some((amount) => one[amount] !== 0))
  );
}
