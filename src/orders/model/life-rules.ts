import type { Announcement, ShipmentTold, StockTold } from './announcement.js';
import { NEXT_STATUSES, type OrderStatus, wayTo } from './order-life.js';
import { mayBeCancelled, type OrderStates, type StateName } from './order-states.js';

/** One state of an order moves: a version of its own. */
export interface Step {
  readonly change: StateName;
  readonly from: string;
  readonly to: string;
  readonly reason?: string | undefined;
}

/** What a new announcement is weighed against. */
export interface HeldStates {
  readonly states: OrderStates;
  /** The version at which the order got the content that it has. */
  readonly contentVersion: number;
}

/** States of parcels that nothing follows on. */
const ENDED: ReadonlySet<string> = new Set(['delivered', 'returned', 'lost']);

/** The steps that an announcement leads to, in their order; each begins where the one before has ended. */
export function stepsAfter({ states, contentVersion }: HeldStates, announced: Announcement): Step[] {
  switch (announced.owner) {
    case 'payments':
      return stateSteps(states, 'payment_status', announced.told.payment_status);
    case 'tracking':
      // Parcels of older content are those of this one no more, which tracking tells of next. 0: it knows of none.
      if (announced.contentVersion > 0 && announced.contentVersion < contentVersion) return [];
      return [
        ...stateSteps(states, 'shipment_status', announced.told.shipment_status),
        ...walk(states.status, statusOfParcels(states.status, announced.told)),
      ];
    case 'inventory':
      // An answer for older content says nothing of the one that is held.
      return announced.contentVersion === contentVersion ? stockSteps(states, announced.told) : [];
  }
}

/** What an order may be asked to become now. */
export function nextStatuses(states: OrderStates): readonly OrderStatus[] {
  const next = NEXT_STATUSES[states.status];
  return mayBeCancelled(states) ? next : next.filter((status) => status !== 'cancelled');
}

/** The states after a step. */
export const after = (states: OrderStates, { change, to }: Step): OrderStates => ({
  ...states,
  [change]: to,
});

function stateSteps(states: OrderStates, change: StateName, to: string): Step[] {
  return states[change] === to ? [] : [{ change, from: states[change], to }];
}

/** Steps that are missing are walked. Where the table has no way, as from `cancelled`, nothing moves. */
function walk(from: OrderStatus, to: OrderStatus, reason?: string): Step[] {
  const steps: Step[] = [];
  let held = from;
  for (const next of wayTo(from, to) ?? []) {
    steps.push({ change: 'status', from: held, to: next, reason: next === to ? reason : undefined });
    held = next;
  }
  return steps;
}

/** What the parcels make of an order. A lost one alone leaves it shipped. */
function statusOfParcels(held: OrderStatus, { shipment_status, parcels }: ShipmentTold): OrderStatus {
  const states = parcels.map(({ state }) => state ?? 'none');
  const have = (wanted: (state: string) => boolean): boolean => states.length > 0 && states.every(wanted);
  if (have((state) => state === 'returned')) return 'returned';
  if (have((state) => ENDED.has(state)) && states.includes('delivered')) return 'delivered';
  if (have((state) => state !== 'none')) return 'shipped';
  // Where nobody keeps stock, the first parcel confirms the order.
  return held === 'received' && shipment_status !== 'none' ? 'confirmed' : held;
}

function stockSteps(states: OrderStates, { outcome }: StockTold): Step[] {
  const { status, payment_status } = states;
  if (outcome === 'reserved') return status === 'received' ? walk(status, 'confirmed') : [];
  if (!mayBeCancelled(states)) return [];
  if (outcome === 'out_of_stock') return walk(status, 'cancelled', 'out_of_stock');
  const mayExpire = payment_status === 'unpaid' && (status === 'received' || status === 'confirmed');
  return outcome === 'expiring' && mayExpire ? walk(status, 'cancelled', 'reservation_expired') : [];
}
