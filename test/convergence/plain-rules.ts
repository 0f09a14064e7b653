/**
 * The rules of a shop as one would tell them to a person, an event at a time, with nothing of how the program does it, and
 * nothing of its code.
 */

/** What may follow on each status. */
export const MAY_BECOME: Readonly<Record<string, readonly string[]>> = {
  received: ['confirmed', 'cancelled'],
  confirmed: ['packed', 'shipped', 'cancelled'],
  packed: ['shipped', 'cancelled'],
  shipped: ['delivered', 'returned'],
  delivered: ['returned'],
  cancelled: [],
  returned: [],
};

export interface PlainPayment {
  readonly event_id: string;
  readonly order_uid: string;
  readonly transaction: string;
  readonly type: string;
  readonly amount: number;
  readonly currency: string;
  readonly occurred_at: string;
}

export interface PlainBalance {
  readonly captured: number;
  readonly refunded: number;
  readonly charged_back: number;
  readonly net: number;
  readonly authorized: number;
  readonly disputed: number;
}

const PAYMENT_RANKS = ['authorized', 'captured', 'failed', 'voided', 'refunded', 'disputed', 'chargeback', 'dispute_won']; // prettier-ignore
export const PAYMENT_TYPES = PAYMENT_RANKS;
const CARRIER_RANKS = ['accepted', 'in_transit', 'arrived', 'out_for_delivery', 'failed_attempt', 'delivered', 'return_started', 'returned', 'lost']; // prettier-ignore
export const CARRIER_TYPES = CARRIER_RANKS;

interface Happened {
  readonly event_id: string;
  readonly type: string;
  readonly occurred_at: string;
}

/** By moment, then by the rank of the type, then by id. */
function inOrder<Event extends Happened>(events: readonly Event[], ranks: readonly string[]): Event[] {
  return [...events].sort(
    (one, other) =>
      Date.parse(one.occurred_at) - Date.parse(other.occurred_at) ||
      ranks.indexOf(one.type) - ranks.indexOf(other.type) ||
      (one.event_id < other.event_id ? -1 : 1),
  );
}

/** What a set of payment events in one currency comes to. */
export function balanceOf(events: readonly PlainPayment[]): PlainBalance {
  const sum = (...types: string[]): number =>
    events.filter(({ type }) => types.includes(type)).reduce((total, { amount }) => total + amount, 0);
  let [chargedBack, disputed, authorized] = [0, 0, 0];
  for (const transaction of new Set(events.map((event) => event.transaction))) {
    const own = events.filter((event) => event.transaction === transaction);
    const ofTypes = (...types: string[]): number =>
      own.filter(({ type }) => types.includes(type)).reduce((total, { amount }) => total + amount, 0);
    authorized += Math.max(0, ofTypes('authorized') - ofTypes('captured', 'voided'));
    let [open, lost] = [0, 0];
    for (const { type, amount } of inOrder(own, PAYMENT_RANKS)) {
      if (type === 'disputed') open += amount;
      if (type === 'chargeback') [open, lost] = [Math.max(0, open - amount), lost + amount];
      if (type === 'dispute_won') {
        const back = Math.max(0, amount - open);
        [open, lost] = [Math.max(0, open - amount), Math.max(0, lost - back)];
      }
    }
    disputed += open;
    chargedBack += lost;
  }
  const [captured, refunded] = [sum('captured'), sum('refunded')];
  const net = captured - refunded - chargedBack;
  return { captured, refunded, charged_back: chargedBack, net, authorized, disputed };
}

/** The first that holds, of the set of an order's payment events and of its content. */
export function paymentStatusOf(
  events: readonly PlainPayment[],
  { amount, currency }: { readonly amount: number; readonly currency: string },
): string {
  const balance = balanceOf(events.filter((event) => event.currency === currency));
  const { captured, refunded, charged_back: chargedBack, net, authorized, disputed } = balance;
  const foreign = new Set(events.map((event) => event.currency).filter((one) => one !== currency));
  const hasForeignMoney = [...foreign].some((one) => {
    const other = balanceOf(events.filter((event) => event.currency === one));
    return other.net !== 0 || other.authorized > 0 || other.disputed > 0 || other.charged_back > 0;
  });
  if (disputed > 0 || chargedBack > 0 || net > amount || net < 0 || hasForeignMoney) return 'disputed';
  if (net >= amount) return 'paid';
  if (captured > 0 && net === 0) return 'refunded';
  if (refunded > 0) return 'partially_refunded';
  if (captured > 0) return 'partially_paid';
  return authorized > 0 ? 'authorized' : 'unpaid';
}

export interface PlainCarrierEvent extends Happened {
  readonly track_number: string;
}

/** Its last event's, but that `delivered` yields only to events of a return; null before the first. */
export function parcelStateOf(events: readonly PlainCarrierEvent[]): string | null {
  let state: string | null = null;
  for (const { type } of inOrder(events, CARRIER_RANKS)) {
    if (state !== 'delivered' || type === 'return_started' || type === 'returned') state = type;
  }
  return state;
}

/** The first that holds. */
export function shipmentStatusOf(states: readonly (string | null)[]): string {
  const any = (wanted: string | null): boolean => states.includes(wanted);
  const all = (wanted: string | null): boolean => states.every((state) => state === wanted);
  if (all(null)) return 'none';
  if (any('lost')) return 'lost';
  if (any('failed_attempt')) return 'failed_attempt';
  if (any('out_for_delivery')) return 'out_for_delivery';
  if (all('returned')) return 'returned';
  if (all('delivered')) return 'delivered';
  if (any(null)) return 'partially_shipped';
  if (any('delivered')) return 'partially_delivered';
  return 'shipped';
}

/** How far parcels alone bring an order; undefined while they say nothing. */
export function statusByParcels(states: readonly (string | null)[]): string | undefined {
  if (states.length === 0 || states.every((state) => state === null)) return undefined;
  if (states.every((state) => state === 'returned')) return 'returned';
  const ended = states.every((state) => state === 'delivered' || state === 'returned' || state === 'lost');
  if (ended && states.includes('delivered')) return 'delivered';
  return states.every((state) => state !== null) ? 'shipped' : 'confirmed';
}
