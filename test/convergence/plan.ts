import fc from 'fast-check';
import { sampleOrder } from '../support/sample-order.js';
import { CARRIER_TYPES, PAYMENT_TYPES } from './plain-rules.js';

/** Orders, parcels and things of a plan. Things of numbers from {@link REGISTERED} on are of nobody's stock. */
export const ORDERS = 3;
const PARCELS = 4;
const THINGS = 4;
export const REGISTERED = 3;
/** Enough for all orders of a plan, however they are edited. */
const PLENTY = 1_000;

/** One line of an order: a thing, and the parcel it goes with; null: the order's own. */
export interface Line {
  readonly thing: number;
  readonly parcel: number | null;
}

export interface Content {
  readonly lines: readonly Line[];
  readonly ownParcel: number;
  readonly amount: number;
  readonly currency: string;
}

export type Via = 'topic' | 'http';

interface PaymentFields {
  readonly order: number;
  readonly transaction: string;
  readonly type: string;
  readonly amount: number;
  readonly currency: string;
  readonly occurred_at: string;
}

interface CarrierFields {
  readonly parcel: number;
  readonly type: string;
  readonly occurred_at: string;
  readonly location?: string | undefined;
}

/** Something that comes in from outside. */
export type Step = { readonly id: number; readonly via: Via } & (
  | { readonly kind: 'content'; readonly order: number; readonly content: Content }
  | ({ readonly kind: 'payment' } & PaymentFields)
  | ({ readonly kind: 'carrier' } & CarrierFields)
  | { readonly kind: 'status'; readonly order: number; readonly status: string }
  | { readonly kind: 'adjustment'; readonly thing: number; readonly delta: number }
  | { readonly kind: 'count'; readonly thing: number; readonly pieces: number }
);

/** What becomes of the process after a batch has been sent. */
export type Fate = 'goes on' | 'comes to rest' | 'dies' | 'dies unacknowledged';

export interface Batch {
  readonly steps: readonly Step[];
  /** Messages that were said before and are said again beside it, by their place among those that there are. */
  readonly again: readonly number[];
  readonly fate: Fate;
}

export interface Plan {
  /** On hand of each registered thing. */
  readonly stock: readonly number[];
  readonly batches: readonly Batch[];
}

type Unsent = Step extends infer One ? (One extends Step ? Omit<One, 'id'> : never) : never;

const via = fc.constantFrom<Via>('topic', 'topic', 'http');
const order = fc.nat(ORDERS - 1);
const moment = fc.constantFrom(
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2026-01-01T00:00:00.25Z',
  '2026-01-02T00:00:00Z',
  '2026-01-03T00:00:00Z',
);

const arbitraryContent = fc.record<Content>({
  lines: fc.array(fc.record({ thing: fc.nat(THINGS - 1), parcel: fc.option(fc.nat(PARCELS - 1)) }), {
    minLength: 1,
    maxLength: 3,
  }),
  ownParcel: fc.nat(PARCELS - 1),
  amount: fc.constantFrom(0, 100, 100, 160),
  currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
});

const arbitraryPayment: fc.Arbitrary<Unsent> = fc.record({
  kind: fc.constant('payment' as const),
  via,
  // One more than there are orders: what is paid for it waits for ever.
  order: fc.nat(ORDERS),
  transaction: fc.constantFrom('tx-1', 'tx-2'),
  type: fc.constantFrom(...PAYMENT_TYPES),
  amount: fc.constantFrom(0, 40, 60, 100, 100, 160),
  currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
  occurred_at: moment,
});

const arbitraryCarrierEvent: fc.Arbitrary<Unsent> = fc.record({
  kind: fc.constant('carrier' as const),
  via,
  parcel: fc.nat(PARCELS - 1),
  type: fc.constantFrom(...CARRIER_TYPES),
  occurred_at: moment,
  location: fc.constantFrom('Lviv', undefined),
});

const arbitraryStatus: fc.Arbitrary<Unsent> = fc.record({
  kind: fc.constant('status' as const),
  via: fc.constant<Via>('http'),
  order,
  status: fc.constantFrom(
    'confirmed',
    'packed',
    'shipped',
    'delivered',
    'cancelled',
    'cancelled',
    'returned',
  ),
});

const arbitraryAdjustment: fc.Arbitrary<Unsent> = fc.record({
  kind: fc.constant('adjustment' as const),
  via: fc.constant<Via>('http'),
  thing: fc.nat(REGISTERED - 1),
  delta: fc.constantFrom(-2, -1, 1, 2),
});

const arbitraryCount: fc.Arbitrary<Unsent> = fc.record({
  kind: fc.constant('count' as const),
  via: fc.constant<Via>('http'),
  thing: fc.nat(REGISTERED - 1),
  pieces: fc.nat(4),
});

/** One life of a parcel, in which nothing is taken back but by a return that is one from the beginning. */
const PARCEL_LIVES = [
  [],
  ['accepted'],
  ['accepted', 'in_transit', 'arrived'],
  ['accepted', 'in_transit', 'out_for_delivery', 'failed_attempt', 'out_for_delivery'],
  ['accepted', 'in_transit', 'out_for_delivery', 'delivered'],
  ['in_transit', 'delivered'],
  ['accepted', 'failed_attempt', 'return_started', 'returned'],
  ['accepted', 'in_transit', 'lost'],
];

const parcelLife = (parcel: number): fc.Arbitrary<Unsent[]> =>
  fc
    .tuple(fc.constantFrom(...PARCEL_LIVES), fc.array(via, { minLength: 5, maxLength: 5 }))
    .map(([types, ways]) =>
      types.map((type, day) => {
        const occurred_at = `2026-02-0${day + 1}T00:00:00Z`;
        return { kind: 'carrier', via: ways[day]!, parcel, type, occurred_at };
      }),
    );

const contentsOf = (number: number, most: number): fc.Arbitrary<Unsent[]> =>
  fc
    .array(fc.record({ via, content: arbitraryContent }), { minLength: 1, maxLength: most })
    .map((all) => all.map((fields) => ({ kind: 'content', order: number, ...fields })));

const flat = <T>(...all: fc.Arbitrary<T[]>[]): fc.Arbitrary<T[]> =>
  fc.tuple(...all).map((lists) => lists.flat());
const orderNumbers = Array.from({ length: ORDERS }, (_, number) => number);

/** All of it once, in any order, some of it twice, batch by batch, and a process that may die behind each. */
function scheduled(steps: readonly Unsent[], firstId: number): fc.Arbitrary<Batch[]> {
  const all = steps.map((step, index) => ({ ...step, id: firstId + index }));
  return fc
    .record({
      once: fc.shuffledSubarray(all, { minLength: all.length }),
      twice: fc.shuffledSubarray(all.filter(({ kind }) => kind === 'payment' || kind === 'carrier')),
      sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      fates: fc.array(
        fc.oneof(
          { weight: 8, arbitrary: fc.constant<Fate>('goes on') },
          { weight: 2, arbitrary: fc.constant<Fate>('comes to rest') },
          { weight: 1, arbitrary: fc.constant<Fate>('dies') },
          { weight: 2, arbitrary: fc.constant<Fate>('dies unacknowledged') },
        ),
        { minLength: 1, maxLength: 6 },
      ),
      again: fc.array(fc.array(fc.nat(1_000), { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
    })
    .map(({ once, twice, sizes, fates, again }) => {
      const batches: Batch[] = [];
      const waiting: Step[] = [...once, ...twice];
      while (waiting.length > 0) {
        const turn = <T>(list: readonly T[]): T => list[batches.length % list.length]!;
        batches.push({ steps: waiting.splice(0, turn(sizes)), fate: turn(fates), again: turn(again) });
      }
      return batches;
    });
}

/** Everything competes: too little stock, requests that call off, contents and parcels that overtake each other. */
export const arbitraryRush = (): fc.Arbitrary<Plan> =>
  fc.record({
    stock: fc.array(fc.nat(6), { minLength: REGISTERED, maxLength: REGISTERED }),
    batches: flat<Unsent>(
      ...orderNumbers.map((number) => contentsOf(number, 3)),
      fc.array(arbitraryPayment, { maxLength: 10 }),
      // Once a parcel has moved little else can happen to an order.
      fc.oneof(
        fc.array(arbitraryCarrierEvent, { maxLength: 2 }),
        fc.array(arbitraryCarrierEvent, { maxLength: 10 }),
      ),
      fc.array(arbitraryStatus, { minLength: 2, maxLength: 8 }),
      fc.array(fc.oneof(arbitraryAdjustment, arbitraryCount), { maxLength: 3 }),
    ).chain((steps) => scheduled(steps, 0)),
  });

/**
 * Nothing competes: there is enough of everything, nobody calls anything off, an order is edited before its parcels move, and a
 * parcel does not come back from where it has ended.
 */
export const arbitraryCalm = (): fc.Arbitrary<Plan> =>
  fc.record({
    stock: fc.constant(Array.from({ length: REGISTERED }, () => PLENTY)),
    batches: fc
      .tuple(
        // Those that are not edited have everything come before, between and after.
        flat<Unsent>(
          ...orderNumbers.map((number) => contentsOf(number, 1)),
          fc.array(arbitraryPayment, { maxLength: 8 }),
          fc.array(arbitraryAdjustment, { maxLength: 3 }),
          ...Array.from({ length: PARCELS }, (_, parcel) => parcelLife(parcel)),
        ).chain((steps) => scheduled(steps, 0)),
        // Others are, and what happens to their parcels happens once that has come to rest.
        flat<Unsent>(
          ...orderNumbers.map((number) => contentsOf(number, 3)),
          fc.array(arbitraryPayment, { maxLength: 8 }),
        ).chain((steps) => scheduled(steps, 0)),
        flat<Unsent>(
          fc.array(arbitraryPayment, { maxLength: 4 }),
          ...Array.from({ length: PARCELS }, (_, parcel) => parcelLife(parcel)),
        ).chain((steps) => scheduled(steps, 1_000)),
        fc.boolean(),
      )
      .map(([mixed, edited, moved, isEdited]) =>
        isEdited ? [...edited, { steps: [], again: [], fate: 'comes to rest' as const }, ...moved] : mixed,
      ),
  });

/** The things, parcels and orders of one run, which no other run has. */
export class Names {
  constructor(private readonly run: number) {}
  readonly order = (number: number): string => `c${this.run}-${number}`;
  readonly parcel = (number: number): string => `C${this.run}T${number}`;
  readonly thing = (number: number): number => this.run * THINGS + number + 1;
  readonly event = (id: number): string => `c${this.run}-e${id}`;
}

export function orderJson(names: Names, number: number, { lines, ownParcel, amount, currency }: Content) {
  const { items, payment, ...fields } = sampleOrder() as Record<string, unknown> & {
    items: [Record<string, unknown>];
    payment: Record<string, unknown>;
  };
  return {
    ...fields,
    order_uid: names.order(number),
    track_number: names.parcel(ownParcel),
    payment: { ...payment, amount, currency },
    items: lines.map(({ thing, parcel }) => ({
      ...items[0],
      chrt_id: names.thing(thing),
      track_number: parcel === null ? '' : names.parcel(parcel),
    })),
  };
}
