import type { KnownOrder } from './known-order.js';
import type { OrderPayments } from './order-payments.js';
import { announcedStateOf, differs, type PaymentAnnouncement, UNTOLD } from './payment-announcement.js';
import type { PaymentEvent } from './payment-event.js';
import { paymentStateOf } from './payment-state.js';

/** What an order is weighed against after something has come. */
export interface Weighing {
  readonly order: KnownOrder | undefined;
  readonly ledger: readonly PaymentEvent[];
  /** Id of the event that has come. */
  readonly cause: string;
  /** RFC 3339, in UTC. */
  readonly at: string;
}

/** What is kept of the order from now on, and what is announced; nothing where nobody would see a difference. */
export interface Weighed<Kept extends OrderPayments> {
  readonly payments: Kept;
  readonly announcement: PaymentAnnouncement | undefined;
}

/**
 * Weighs an order anew. As long as the order itself is not known nothing is announced: nobody could tell what of.
 *
 * @param payments as they were kept so far
 */
export function weigh<Kept extends OrderPayments>(
  payments: Kept,
  { order, ledger, cause, at }: Weighing,
): Weighed<Kept> {
  const { order_uid, number } = payments;
  const state = paymentStateOf(ledger, order);
  const told = number === 0 ? UNTOLD : announcedStateOf(payments.state);
  const now = announcedStateOf(state);
  if (order === undefined || !differs(now, told))
    return { payments: { ...payments, order, state }, announcement: undefined };
  const next = number + 1;
  return {
    payments: { ...payments, order, state, number: next },
    announcement: {
      order_uid,
      number: next,
      payment_status: now.payment_status,
      content_version: order.contentVersion,
      currency: now.currency,
      captured: now.captured,
      refunded: now.refunded,
      charged_back: now.charged_back,
      net: now.net,
      refund_due: now.refund_due,
      void_due: now.void_due,
      occurred_at: at,
      cause,
    },
  };
}
