import type { Balance } from '../model/balance.js';
import type { ListedPayments } from '../model/order-payments.js';
import type { LedgerEntry } from '../model/payment-event.js';
import type { Dues, PaymentStatus } from '../model/payment-state.js';
import type { PaymentsOfOrder } from '../service/payment-lookup.js';

/** How it stands with the money of an order, as it is shown. */
export interface PaymentsView extends Dues {
  readonly order_uid: string;
  /** Whether the payments wait for their order. */
  readonly waiting: boolean;
  readonly payment_status: PaymentStatus;
  /** The order's own, in minor units; null as long as it is not known. */
  readonly amount: number | null;
  readonly order_status: string | null;
  /** 0 as long as the order is not known. */
  readonly content_version: number;
  readonly balance: Balance;
  readonly other_balances: readonly (Balance & Dues)[];
  /** Of the last announcement; 0: none yet. */
  readonly number: number;
  readonly changed_at: string;
}

export function viewOf({ order_uid, number, order, state, changed_at }: ListedPayments): PaymentsView {
  return {
    order_uid,
    waiting: order === undefined,
    payment_status: state.payment_status,
    amount: order?.amount ?? null,
    order_status: order?.status ?? null,
    content_version: order?.contentVersion ?? 0,
    balance: state.balance,
    refund_due: state.refund_due,
    void_due: state.void_due,
    other_balances: state.other_balances,
    number,
    changed_at,
  };
}

export const viewWithLedger = ({
  payments,
  ledger,
}: PaymentsOfOrder): PaymentsView & { readonly ledger: readonly LedgerEntry[] } => ({
  ...viewOf(payments),
  ledger,
});
