import type { OrderStatus } from '../../model/order-life.js';
import type { OrderStates } from '../../model/order-states.js';

/** What payments take in, as far as made-up lives use it. */
export type MadeUpPaymentType =
  'authorized' | 'captured' | 'failed' | 'voided' | 'refunded' | 'disputed' | 'dispute_won' | 'chargeback';

/** What tracking takes in of carriers. */
export type MadeUpCarrierType =
  | 'accepted'
  | 'in_transit'
  | 'arrived'
  | 'out_for_delivery'
  | 'failed_attempt'
  | 'delivered'
  | 'return_started'
  | 'returned'
  | 'lost';

/** Something that happens in a life; `at` is the share of the life that has passed by then. */
export type Happening =
  | { readonly at: number; readonly pays: MadeUpPaymentType; readonly upTo: number }
  | { readonly at: number; readonly parcel: number; readonly moves: MadeUpCarrierType }
  | { readonly at: number; readonly asks: OrderStatus; readonly isRefused: boolean };

export interface LifeKind {
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  readonly parcels: 1 | 2;
  /** When the order itself comes: later than its first payment in some lives. */
  readonly orderAt?: number;
  /** Whether no event of it may be late, since each state is to be seen. */
  readonly isPunctual?: boolean;
  readonly happenings: readonly Happening[];
  /** Where the order's states end, with all of the shop's contexts. */
  readonly ends: OrderStates;
}

/** @param upTo share of the order's amount that all events of the type together come to */
const pays = (at: number, type: MadeUpPaymentType, upTo = 1): Happening => ({ at, pays: type, upTo });
const moves = (at: number, type: MadeUpCarrierType, parcel = 0): Happening => ({ at, parcel, moves: type });
const asks = (at: number, status: OrderStatus): Happening => ({ at, asks: status, isRefused: false });
/** A request that has to be refused, whatever has come of what was sent before. */
const asksInVain = (at: number, status: OrderStatus): Happening => ({ at, asks: status, isRefused: true });

const ROUTE = ['accepted', 'in_transit', 'arrived', 'out_for_delivery'] as const;

/** A parcel on its way to the door, evenly from one time to another. */
const onTheWay = (from: number, to: number, parcel = 0): Happening[] =>
  ROUTE.map((type, step) => moves(from + ((to - from) * step) / (ROUTE.length - 1), type, parcel));

const isDelivered = (from: number, to: number, parcel = 0): Happening[] => [
  ...onTheWay(from, from + (to - from) * 0.8, parcel),
  moves(to, 'delivered', parcel),
];

const ends = (
  status: OrderStatus,
  payment_status: OrderStates['payment_status'],
  shipment_status: OrderStates['shipment_status'],
): OrderStates => ({ status, payment_status, shipment_status });

/** The lives that made-up orders lead. The first three together pass through every state that there is. */
export const LIFE_KINDS = {
  tour: {
    weight: 4,
    parcels: 2,
    isPunctual: true,
    happenings: [
      pays(0.05, 'authorized'),
      pays(0.1, 'captured', 0.4),
      asks(0.15, 'confirmed'),
      pays(0.18, 'captured'),
      asks(0.22, 'packed'),
      moves(0.28, 'accepted', 0),
      moves(0.33, 'accepted', 1),
      moves(0.38, 'in_transit', 0),
      moves(0.41, 'arrived', 1),
      moves(0.44, 'out_for_delivery', 0),
      moves(0.48, 'failed_attempt', 0),
      moves(0.52, 'out_for_delivery', 0),
      moves(0.56, 'delivered', 0),
      moves(0.6, 'out_for_delivery', 1),
      moves(0.64, 'delivered', 1),
      pays(0.68, 'disputed', 0.5),
      pays(0.73, 'dispute_won', 0.5),
      moves(0.77, 'return_started', 0),
      moves(0.8, 'return_started', 1),
      moves(0.84, 'returned', 0),
      moves(0.88, 'returned', 1),
      pays(0.92, 'refunded', 0.5),
      pays(0.97, 'refunded'),
    ],
    ends: ends('returned', 'refunded', 'returned'),
  },
  cancelled: {
    weight: 4,
    parcels: 1,
    happenings: [pays(0.1, 'authorized'), asks(0.4, 'cancelled'), pays(0.7, 'voided')],
    ends: ends('cancelled', 'unpaid', 'none'),
  },
  lost: {
    weight: 3,
    parcels: 1,
    happenings: [pays(0.05, 'captured'), ...onTheWay(0.2, 0.5), moves(0.7, 'lost'), pays(0.8, 'refunded')],
    ends: ends('shipped', 'refunded', 'lost'),
  },
  prompt: {
    weight: 40,
    parcels: 1,
    happenings: [pays(0.05, 'captured'), ...isDelivered(0.2, 0.8)],
    ends: ends('delivered', 'paid', 'delivered'),
  },
  paid_ahead: {
    weight: 5,
    parcels: 1,
    orderAt: 0.1,
    happenings: [pays(0, 'captured'), ...isDelivered(0.25, 0.8)],
    ends: ends('delivered', 'paid', 'delivered'),
  },
  in_parts: {
    weight: 10,
    parcels: 2,
    happenings: [
      pays(0.05, 'authorized'),
      pays(0.1, 'captured', 0.3),
      pays(0.5, 'captured'),
      ...isDelivered(0.2, 0.6, 0),
      ...isDelivered(0.4, 0.85, 1),
    ],
    ends: ends('delivered', 'paid', 'delivered'),
  },
  cash_on_delivery: {
    weight: 15,
    parcels: 1,
    happenings: [...isDelivered(0.15, 0.7), pays(0.8, 'captured')],
    ends: ends('delivered', 'paid', 'delivered'),
  },
  second_attempt: {
    weight: 8,
    parcels: 1,
    happenings: [
      pays(0.02, 'failed'),
      pays(0.06, 'captured'),
      ...onTheWay(0.2, 0.5),
      moves(0.6, 'failed_attempt'),
      moves(0.7, 'out_for_delivery'),
      moves(0.8, 'delivered'),
    ],
    ends: ends('delivered', 'paid', 'delivered'),
  },
  called_back_too_early: {
    weight: 3,
    parcels: 1,
    happenings: [pays(0.05, 'captured'), asksInVain(0.15, 'returned'), ...isDelivered(0.25, 0.8)],
    ends: ends('delivered', 'paid', 'delivered'),
  },
  refunded_in_part: {
    weight: 5,
    parcels: 1,
    happenings: [pays(0.05, 'captured'), ...isDelivered(0.15, 0.6), pays(0.8, 'refunded', 0.25)],
    ends: ends('delivered', 'partially_refunded', 'delivered'),
  },
  one_returned: {
    weight: 4,
    parcels: 2,
    happenings: [
      pays(0.05, 'captured'),
      ...isDelivered(0.15, 0.5, 0),
      ...isDelivered(0.2, 0.55, 1),
      moves(0.65, 'return_started', 1),
      moves(0.75, 'returned', 1),
      pays(0.8, 'refunded', 0.5),
    ],
    ends: ends('delivered', 'partially_refunded', 'partially_delivered'),
  },
  returned: {
    weight: 4,
    parcels: 1,
    happenings: [
      pays(0.05, 'captured'),
      ...onTheWay(0.15, 0.4),
      moves(0.5, 'failed_attempt'),
      moves(0.6, 'return_started'),
      moves(0.7, 'returned'),
      pays(0.8, 'refunded'),
    ],
    ends: ends('returned', 'refunded', 'returned'),
  },
  refund_due: {
    weight: 2,
    parcels: 1,
    happenings: [pays(0.1, 'captured'), asks(0.5, 'cancelled')],
    ends: ends('cancelled', 'paid', 'none'),
  },
  cancelled_after_payment: {
    weight: 3,
    parcels: 1,
    happenings: [pays(0.1, 'captured'), asks(0.4, 'cancelled'), pays(0.7, 'refunded')],
    ends: ends('cancelled', 'refunded', 'none'),
  },
  dispute_won: {
    weight: 2,
    parcels: 1,
    happenings: [
      pays(0.05, 'captured'),
      ...isDelivered(0.15, 0.6),
      pays(0.7, 'disputed'),
      pays(0.8, 'dispute_won'),
    ],
    ends: ends('delivered', 'paid', 'delivered'),
  },
  charged_back: {
    weight: 1,
    parcels: 1,
    happenings: [
      pays(0.05, 'captured'),
      ...isDelivered(0.15, 0.6),
      pays(0.7, 'disputed'),
      pays(0.8, 'chargeback'),
    ],
    ends: ends('delivered', 'disputed', 'delivered'),
  },
  captured_twice: {
    weight: 1,
    parcels: 1,
    happenings: [pays(0.05, 'captured'), pays(0.1, 'captured', 2), ...isDelivered(0.2, 0.8)],
    ends: ends('delivered', 'disputed', 'delivered'),
  },
} as const satisfies Readonly<Record<string, LifeKind>>;

export type LifeKindName = keyof typeof LIFE_KINDS;

export const LIFE_KIND_NAMES = Object.keys(LIFE_KINDS) as LifeKindName[];

export const lifeKind = (name: LifeKindName): LifeKind => LIFE_KINDS[name];

/** Those that come to their end by events alone: only a request cancels an order. */
export const KINDS_BY_EVENTS: readonly LifeKindName[] = LIFE_KIND_NAMES.filter(
  (name) => lifeKind(name).ends.status !== 'cancelled',
);

/** Draws a kind, each as often as its weight says. @param names of which it may be */
export function drawKind(
  random: () => number,
  names: readonly LifeKindName[] = LIFE_KIND_NAMES,
): LifeKindName {
  let left = random() * names.reduce((sum, name) => sum + LIFE_KINDS[name].weight, 0);
  return names.find((name) => (left -= LIFE_KINDS[name].weight) < 0) ?? names.at(-1)!;
}
