import type { ShopOrder } from '../shop.js';
import { type ParcelNews, type Payment, SCARCE, SOLD_OUT } from './life.js';

/** What may have become of an order, worked out from the set of its events; several statuses where orders compete for stock. */
export interface ExpectedStates {
  readonly statuses: readonly string[];
  readonly payment_status: string;
  readonly shipment_status: string;
}

/** All that has happened to an order, in no order. */
export interface Happened {
  /** Its last content. */
  readonly order: ShopOrder;
  readonly payments: readonly Payment[];
  readonly parcelNews: readonly ParcelNews[];
  readonly isCancelled: boolean;
  /** Whether payments, tracking and inventory are there at all. */
  readonly withShop: boolean;
}

const inOrder = <Event extends { occurred_at: string }>(events: readonly Event[]): Event[] =>
  [...events].sort((one, other) => (one.occurred_at < other.occurred_at ? -1 : 1));

export function expectedStates(happened: Happened): ExpectedStates {
  const parcels = parcelsOf(happened);
  return {
    statuses: statusesOf(happened, parcels),
    payment_status: paymentStatusOf(happened),
    shipment_status: shipmentStatusOf(parcels),
  };
}

/** The last state of each parcel; undefined for one that nothing was heard of. */
function parcelsOf({ order, parcelNews }: Happened): (string | undefined)[] {
  const numbers = [...new Set(order.items.map((item) => item.track_number || order.track_number))];
  return numbers.map((number) =>
    inOrder(parcelNews.filter(({ track_number }) => track_number === number))
      .map(({ type }) => type)
      .at(-1),
  );
}

function shipmentStatusOf(parcels: readonly (string | undefined)[]): string {
  const all = (state: string): boolean => parcels.every((parcel) => parcel === state);
  if (parcels.every((parcel) => parcel === undefined)) return 'none';
  for (const state of ['lost', 'failed_attempt', 'out_for_delivery']) {
    if (parcels.includes(state)) return state;
  }
  if (all('returned')) return 'returned';
  if (all('delivered')) return 'delivered';
  if (parcels.includes(undefined)) return 'partially_shipped';
  return parcels.includes('delivered') ? 'partially_delivered' : 'shipped';
}

function statusesOf(happened: Happened, parcels: readonly (string | undefined)[]): string[] {
  if (happened.isCancelled) return ['cancelled'];
  if (!happened.withShop) return ['received'];
  const things = happened.order.items.map(({ chrt_id }) => chrt_id);
  if (things.includes(SOLD_OUT)) return ['cancelled'];
  if (things.includes(SCARCE)) return ['confirmed', 'cancelled'];
  if (parcels.includes(undefined)) return ['confirmed'];
  if (parcels.every((parcel) => parcel === 'returned')) return ['returned'];
  const haveEnded = parcels.every((parcel) => ['delivered', 'returned', 'lost'].includes(parcel!));
  return [haveEnded && parcels.includes('delivered') ? 'delivered' : 'shipped'];
}

/** Of one transaction, in the order's currency. */
function paymentStatusOf({ order, payments, withShop }: Happened): string {
  if (!withShop) return 'unpaid';
  const sums: Record<string, number> = {};
  let inDispute = 0;
  let chargedBack = 0;
  for (const { type, amount } of inOrder(payments)) {
    sums[type] = (sums[type] ?? 0) + amount;
    if (type === 'disputed') inDispute += amount;
    if (type === 'dispute_won') inDispute -= amount;
    if (type === 'chargeback') [inDispute, chargedBack] = [inDispute - amount, chargedBack + amount];
  }
  const { authorized = 0, captured = 0, voided = 0, refunded = 0 } = sums;
  const net = captured - refunded - chargedBack;
  if (inDispute > 0 || chargedBack > 0 || net > order.payment.amount) return 'disputed';
  if (net >= order.payment.amount) return 'paid';
  if (captured > 0 && net === 0) return 'refunded';
  if (refunded > 0) return 'partially_refunded';
  if (captured > 0) return 'partially_paid';
  return authorized - voided > 0 ? 'authorized' : 'unpaid';
}
