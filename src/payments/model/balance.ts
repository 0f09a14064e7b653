import { byOccurrence, type PaymentEvent, type PaymentType } from './payment-event.js';

/** The money of an order in one currency, in its minor units. */
export interface Balance {
  readonly currency: string;
  /** Authorized, and neither captured nor voided. */
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  /** Taken back by chargebacks that were not won. */
  readonly charged_back: number;
  /** Under a dispute that is neither won nor lost. */
  readonly disputed: number;
  /** Captured less refunded less charged back. */
  readonly net: number;
}

/** What became of one payment of a provider, in one currency. */
type Tally = Record<Exclude<PaymentType, 'failed' | 'dispute_won'>, number>;

/**
 * Sums of sums that a number cannot hold stop at the largest safe one: so they are the same in whatever order they are
 * added up.
 */
const plus = (sum: number, amount: number): number => Math.min(sum + amount, Number.MAX_SAFE_INTEGER);

/**
 * The balances that a set of payment events leaves, by currency, in the order in which each was first moved. They depend on
 * the set alone: neither on the order in which it came, nor on how often.
 */
export function balancesOf(events: readonly PaymentEvent[]): Map<string, Balance> {
  const balances = new Map<string, Balance>();
  for (const [currency, tallies] of talliesOf(byOccurrence(events))) {
    let balance: Balance = emptyBalance(currency);
    for (const tally of tallies.values()) balance = withTally(balance, tally);
    balances.set(currency, balance);
  }
  return balances;
}

export const emptyBalance = (currency: string): Balance => ({
  currency,
  authorized: 0,
  captured: 0,
  refunded: 0,
  charged_back: 0,
  disputed: 0,
  net: 0,
});

function withTally(balance: Balance, tally: Tally): Balance {
  const captured = plus(balance.captured, tally.captured);
  const refunded = plus(balance.refunded, tally.refunded);
  const charged_back = plus(balance.charged_back, tally.chargeback);
  return {
    currency: balance.currency,
    authorized: plus(balance.authorized, Math.max(tally.authorized - plus(tally.captured, tally.voided), 0)),
    captured,
    refunded,
    charged_back,
    disputed: plus(balance.disputed, tally.disputed),
    net: captured - plus(refunded, charged_back),
  };
}

/** By currency and then by transaction. */
function talliesOf(events: readonly PaymentEvent[]): Map<string, Map<string, Tally>> {
  const all = new Map<string, Map<string, Tally>>();
  for (const { currency, transaction, type, amount } of events) {
    const ofCurrency = all.get(currency) ?? new Map<string, Tally>();
    all.set(currency, ofCurrency);
    const tally = ofCurrency.get(transaction) ?? emptyTally();
    ofCurrency.set(transaction, tally);
    count(tally, type, amount);
  }
  return all;
}

const emptyTally = (): Tally => ({
  authorized: 0,
  captured: 0,
  voided: 0,
  refunded: 0,
  disputed: 0,
  chargeback: 0,
});

function count(tally: Tally, type: PaymentType, amount: number): void {
  if (type === 'failed') return;
  if (type === 'dispute_won') {
    // A dispute that is won ends with it; what is left of it reinstates money that was charged back.
    const ended = Math.min(amount, tally.disputed);
    tally.disputed -= ended;
    tally.chargeback -= Math.min(amount - ended, tally.chargeback);
    return;
  }
  // A chargeback is a dispute that was lost, as far as there was one.
  if (type === 'chargeback') tally.disputed -= Math.min(amount, tally.disputed);
  tally[type] = plus(tally[type], amount);
}
