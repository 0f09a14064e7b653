import type { LifeKind } from './life.js';

/** The contexts that a shop has, as CONTEXTS takes them. */
export const SHOP = ['orders', 'payments', 'tracking', 'inventory'] as const;
export type ShopContext = (typeof SHOP)[number];

/** What an order has come to, in the order in which they are told: status, payment status, shipment status. */
export type LastStates = readonly [status: string, payment: string, shipment: string];

const WITH_ALL: Readonly<Record<LifeKind, LastStates>> = {
  delivered: ['delivered', 'paid', 'delivered'],
  'in parts': ['delivered', 'paid', 'delivered'],
  'sold out': ['cancelled', 'unpaid', 'none'],
  refunded: ['delivered', 'refunded', 'delivered'],
  returned: ['returned', 'refunded', 'returned'],
  'second attempt': ['delivered', 'paid', 'delivered'],
};

/** What a life ends as, where only these contexts are there to take its events. */
export function lastStatesOf(kind: LifeKind, contexts: readonly ShopContext[]): LastStates {
  const [status, payment, shipment] = WITH_ALL[kind];
  const isTracked = contexts.includes('tracking') && shipment !== 'none';
  const untracked = status === 'cancelled' ? 'cancelled' : 'confirmed';
  const ofStock = contexts.includes('inventory') ? untracked : 'received';
  return [
    isTracked ? status : ofStock,
    contexts.includes('payments') ? payment : 'unpaid',
    isTracked ? shipment : 'none',
  ];
}
