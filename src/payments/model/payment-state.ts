import { type Balance, balancesOf, emptyBalance } from './balance.js';
import type { KnownOrder } from './known-order.js';
import type { PaymentEvent } from './payment-event.js';

export const PAYMENT_STATUSES = [
  'unpaid',
  'authorized',
  'partially_paid',
  'paid',
  'partially_refunded',
  'refunded',
  'disputed',
] as const;

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** What is to be done with the money of an order that will not be delivered, in minor units; 0: nothing. */
export interface Dues {
  /** To be refunded: the order is cancelled or returned, and money was captured. */
  readonly refund_due: number;
  /** To be voided: the order is cancelled, and an authorization is open. */
  readonly void_due: number;
}

/** How it stands with the money of an order. */
export interface PaymentState extends Dues {
  readonly payment_status: PaymentStatus;
  /** In the order's currency; as long as there is no order, in that of its first payment. */
  readonly balance: Balance;
  /** In other currencies. */
  readonly other_balances: readonly (Balance & Dues)[];
}

/** What an order stands at that no payment event has come for. */
const NO_CURRENCY = '';

/**
 * How it stands with the money of an order. A pure function of the set of its payment events and of the order: neither the
 * order of arrival nor a redelivery changes it.
 *
 * @param order undefined as long as it is not known: then nothing can be said of whether all is paid
 */
export function paymentStateOf(
  events: readonly PaymentEvent[],
  order: Pick<KnownOrder, 'status' | 'amount' | 'currency'> | undefined,
): PaymentState {
  const balances = balancesOf(events);
  const [firstCurrency = NO_CURRENCY] = balances.keys();
  const currency = order?.currency ?? firstCurrency;
  const balance = balances.get(currency) ?? emptyBalance(currency);
  balances.delete(currency);
  const others = [...balances.values()];
  return {
    payment_status: statusOf(balance, others, order?.amount),
    balance,
    ...duesOf(balance, order?.status),
    other_balances: others.map((other) => ({ ...other, ...duesOf(other, order?.status) })),
  };
}

function statusOf(balance: Balance, others: readonly Balance[], amount: number | undefined): PaymentStatus {
  const { net, captured, refunded, authorized } = balance;
  const isTooMuch = amount !== undefined && net > amount;
  if (isDisputed(balance) || net < 0 || isTooMuch || others.some(holdsMoney)) return 'disputed';
  if (amount !== undefined && net >= amount) return 'paid';
  if (captured > 0 && net === 0) return 'refunded';
  if (refunded > 0) return 'partially_refunded';
  if (captured > 0) return 'partially_paid';
  return authorized > 0 ? 'authorized' : 'unpaid';
}

const isDisputed = ({ disputed, charged_back }: Balance): boolean => disputed > 0 || charged_back > 0;

/** Money of another currency than the order's is in dispute for as long as some of it is held, or was given out. */
const holdsMoney = (balance: Balance): boolean =>
  balance.net !== 0 || balance.authorized > 0 || isDisputed(balance);

function duesOf({ net, authorized }: Balance, status: string | undefined): Dues {
  const isCancelled = status === 'cancelled';
  return {
    refund_due: isCancelled || status === 'returned' ? Math.max(net, 0) : 0,
    void_due: isCancelled ? authorized : 0,
  };
}
