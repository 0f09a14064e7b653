import type { OrderWorld, Sending, Thing } from './order-world.js';

/** Something that happens to an order: messages that are made at once, and sent one after the other. */
export type Happening = (world: OrderWorld) => Sending[];

/**
 * A line of a story. Something happens, and the order gets exactly these versions of it, as its history tells them; or
 * somebody looks at the order, and sees this.
 */
export type Line =
  | { readonly happens: Happening; readonly versions: readonly string[]; readonly inAnyOrder: boolean }
  | { readonly sees: Sight }
  | { readonly seesWaiting: Waiting };

export interface Story {
  readonly title: string;
  /** Pieces of each thing that are on hand in the beginning; 10 where it is not said. */
  readonly onHand?: Partial<Record<Thing, number>>;
  readonly lines: readonly Line[];
}

/** How the payments of an order look that is not there yet. */
export interface Waiting {
  readonly payment_status: string;
  readonly ledger: readonly string[];
}

/** How an order looks to a support person. What is not said is not looked at. */
export interface Sight {
  /** The three of them: `confirmed, paid, none`. */
  readonly states?: string;
  readonly next?: readonly string[];
  /** Of the balance and of what is due, the amounts that are not 0. */
  readonly money?: Readonly<Record<string, number>>;
  readonly ledger?: readonly string[];
  /** `delivered, Lviv`, or `null` for a parcel without an event. */
  readonly parcels?: Partial<Record<Thing, string | null>>;
  /** What carriers have told of a parcel, oldest first. */
  readonly timelines?: Partial<Record<Thing, readonly string[]>>;
  /** `reserved A B`, `out_of_stock, missing A`. */
  readonly stock?: string;
  /** `9 on hand, 1 reserved`. */
  readonly shelf?: Partial<Record<Thing, string>>;
}

/** @param versions `status: received > confirmed, by inventory`; `the sender` is whoever the entrance is */
export const when = (happens: Happening, ...versions: string[]): Line => ({
  happens,
  versions,
  inAnyOrder: false,
});
/** The same for what several contexts do beside one another. */
export const whenInAnyOrder = (happens: Happening, ...versions: string[]): Line => ({
  happens,
  versions,
  inAnyOrder: true,
});
export const sees = (sight: Sight): Line => ({ sees: sight });
export const seesWaiting = (payment_status: string, ...ledger: string[]): Line => ({
  seesWaiting: { payment_status, ledger },
});

/** An order of these things, one piece each, each in a parcel of its own. */
export const bought =
  (...things: Thing[]): Happening =>
  (world) => [world.order(things)];
/** The order comes again as it was. */
export const boughtAgain: Happening = (world) => [world.orderAgain()];
/** The order is to have these things instead. */
export const replacedBy = (...things: Thing[]): Happening => bought(...things);
/** The same, and it is too late for that. */
export const refusedToBeReplacedBy =
  (reason: string, ...things: Thing[]): Happening =>
  (world) => [world.refusedOrder(things, reason)];

const payment =
  (type: string) =>
  (amount: number): Happening =>
  (world) => [world.payment(type, amount)];
export const authorized = payment('authorized');
export const captured = payment('captured');
export const paymentFailed = payment('failed');
export const voided = payment('voided');
export const refunded = payment('refunded');
export const disputed = payment('disputed');
export const disputeWon = payment('dispute_won');
export const chargeback = payment('chargeback');

/** A carrier tells of the parcel with this thing. */
export const parcel =
  (thing: Thing, type: string, location?: string): Happening =>
  (world) => [world.carrierEvent(thing, type, location)];

/** Somebody in the shop gives the order a status. */
export const setTo =
  (status: string): Happening =>
  (world) => [world.request('status', { status })];
export const cancelled =
  (reason?: string, by?: string): Happening =>
  (world) => [world.request('cancel', { reason, by })];
export const refusedToBeCancelled =
  (detail: string): Happening =>
  (world) => [world.request('cancel', {}, detail)];

/** All of these happen in this order, and are told in the opposite one. */
export const inReverse =
  (...happenings: Happening[]): Happening =>
  (world) =>
    happenings.flatMap((happening) => happening(world)).reverse();
/** Every message comes twice. */
export const twice =
  (happening: Happening): Happening =>
  (world) =>
    happening(world).flatMap((sending) => [sending, sending]);
