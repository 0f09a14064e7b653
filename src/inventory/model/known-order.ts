import type { OrderStatus } from './order-status.js';

/** Pieces of one thing that an order has, its lines summed. */
export interface Quantity {
  readonly chrtId: number;
  readonly quantity: number;
}

/**
 * The last word on an order's reservation. `reserved` and `out_of_stock` are answers to a content; `expiring` asks the order
 * to give up; the others follow what became of it.
 */
export type Outcome = 'reserved' | 'out_of_stock' | 'expiring' | 'released' | 'taken' | 'returned';

/** What an order has: nothing, pieces that are held for it, or pieces that have left the house with it. */
export interface Holding {
  readonly state: 'nothing' | 'held' | 'taken';
  /** The order's content that it was made for; 0 for nothing. */
  readonly contentVersion: number;
  /** By `chrtId`. */
  readonly quantities: readonly Quantity[];
}

export const NOTHING: Holding = { state: 'nothing', contentVersion: 0, quantities: [] };

/** What inventory knows of an order. */
export interface KnownOrder {
  readonly orderUid: string;
  /** Of the last event that told something new. */
  readonly version: number;
  /** Of the last content that was weighed; 0 when none was. */
  readonly contentVersion: number;
  readonly status: OrderStatus;
  /** Undefined as long as there was nothing to say. */
  readonly outcome?: Outcome | undefined;
  /** Things of which there were too few pieces for the content that was weighed last. */
  readonly missing: readonly number[];
  /** Of the last announcement; 0 when there was none. */
  readonly number: number;
  readonly holding: Holding;
}

/** What becomes of the time from which on a reservation grows old. */
export type Age = 'kept' | 'anew' | 'none';
