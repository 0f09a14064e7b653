import type { KnownOrder } from './known-order.js';
import type { PaymentState } from './payment-state.js';

/** What is kept of an order beside its ledger. */
export interface OrderPayments {
  readonly order_uid: string;
  /** Of the last announcement; 0: none yet. */
  readonly number: number;
  /** Undefined as long as its payments wait for it. */
  readonly order: KnownOrder | undefined;
  readonly state: PaymentState;
}

/** The same as it is listed. */
export interface ListedPayments extends OrderPayments {
  /** Grows with each order that is heard of. */
  readonly id: number;
  /** RFC 3339, in UTC. */
  readonly changed_at: string;
}
