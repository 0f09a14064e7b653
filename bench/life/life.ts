import type { Order } from '../../src/orders/model/order.js';
import { benchOrder } from '../order-events.js';

/** Where an event of a life goes, as the rooms call their topics. */
export type LifeTopic = 'orders' | 'payments' | 'delivery-events';

/** Something that happens in the life of an order. */
export interface LifeEvent {
  /** After the order has come in. */
  readonly afterMs: number;
  readonly topic: LifeTopic;
  readonly key: string;
  readonly value: object;
}

/** One order and all that happens to it. */
export interface Life {
  readonly kind: LifeKind;
  readonly order: Order;
  /** By `afterMs`. */
  readonly events: readonly LifeEvent[];
}

type Step = readonly [afterMs: number, type: string];

interface Story {
  /** Of a hundred lives. */
  readonly share: number;
  readonly payments: readonly (readonly [...Step, parts?: number])[];
  /** Steps of each of the order's parcels. */
  readonly parcels: readonly (readonly Step[])[];
}

const PAID = [
  [500, 'authorized'],
  [1_500, 'captured'],
] as const;
const DELIVERED = [
  [3_000, 'accepted'],
  [4_000, 'in_transit'],
  [5_000, 'out_for_delivery'],
  [6_000, 'delivered'],
] as const;

/** What lives there are. They make 8.3 events on average. */
const STORIES = {
  delivered: { share: 54, payments: PAID, parcels: [DELIVERED] },
  'in parts': {
    share: 30,
    payments: [
      [500, 'authorized'],
      [1_500, 'captured', 2],
      [2_500, 'captured', 2],
    ],
    parcels: [
      DELIVERED,
      [
        [3_500, 'accepted'],
        [5_500, 'out_for_delivery'],
        [6_500, 'delivered'],
      ],
    ],
  },
  'sold out': {
    share: 4,
    payments: [
      [500, 'authorized'],
      [1_500, 'voided'],
    ],
    parcels: [],
  },
  refunded: { share: 5, payments: [...PAID, [7_000, 'refunded']], parcels: [DELIVERED] },
  returned: {
    share: 4,
    payments: [...PAID, [8_000, 'refunded']],
    parcels: [[...DELIVERED, [7_000, 'return_started'], [7_500, 'returned']]],
  },
  'second attempt': {
    share: 3,
    payments: PAID,
    parcels: [
      [
        ...DELIVERED.slice(0, 3),
        [5_500, 'failed_attempt'],
        [6_000, 'out_for_delivery'],
        [6_500, 'delivered'],
      ] as Step[],
    ],
  },
} satisfies Record<string, Story>;

export type LifeKind = keyof typeof STORIES;

/** From an order to the last that happens to it. */
export const LONGEST_LIFE_MS = 8_000;

const KINDS = Object.entries<Story>(STORIES).flatMap(([kind, { share }]) =>
  Array.from({ length: share }, () => kind as LifeKind),
);

/** Things of which there are enough for everybody, and the one of which there is none. */
export const THINGS = 20_000;
const FIRST_THING = 1_000_000;
export const SOLD_OUT = 999;

const FIRST_MS = Date.UTC(2026, 0, 1);
/** Odd and larger than the numbers that it scatters, so that neighbours in number are none otherwise. */
const FACTOR = 48_271;

/** The life of that number; the same number always gives the same life. */
export function lifeOf(number: number): Life {
  const kind = KINDS[(number * FACTOR) % KINDS.length]!;
  const story: Story = STORIES[kind];
  const order = orderOf(number, kind, story.parcels.length);
  const events: LifeEvent[] = [{ afterMs: 0, topic: 'orders', key: order.order_uid, value: order }];
  for (const [index, [afterMs, type, parts = 1]] of story.payments.entries()) {
    const isFirstPart = parts > 1 && story.payments[index - 1]![1] !== 'captured';
    const part = Math.floor(order.payment.amount / parts);
    events.push({
      afterMs,
      topic: 'payments',
      key: order.order_uid,
      value: {
        event_id: `${order.order_uid}-pay-${index}`,
        order_uid: order.order_uid,
        transaction: order.payment.transaction,
        type,
        amount: isFirstPart ? part : order.payment.amount - (parts > 1 ? part : 0),
        currency: order.payment.currency,
        occurred_at: new Date(FIRST_MS + afterMs).toISOString(),
        provider: order.payment.provider,
      },
    });
  }
  for (const [parcel, steps] of story.parcels.entries()) {
    for (const [step, [afterMs, type]] of steps.entries()) {
      const trackNumber = trackNumberOf(order, parcel);
      events.push({
        afterMs,
        topic: 'delivery-events',
        key: trackNumber,
        value: {
          event_id: `${trackNumber}-${step}`,
          track_number: trackNumber,
          type,
          occurred_at: new Date(FIRST_MS + afterMs).toISOString(),
          location: 'Kiryat Mozkin',
          carrier: 'meest',
        },
      });
    }
  }
  return { kind, order, events: events.toSorted((one, other) => one.afterMs - other.afterMs) };
}

/** An order that wants the one thing that all want, and nothing else happens to it. */
export function hotOrderOf(number: number): Order {
  const order = benchOrder(number);
  return { ...order, items: order.items.map((item) => ({ ...item, chrt_id: FIRST_THING })) };
}

function orderOf(number: number, kind: LifeKind, parcels: number): Order {
  const order = benchOrder(number);
  const items = order.items.map((item, line) => ({
    ...item,
    track_number: trackNumberOf(order, Math.min(line, Math.max(parcels - 1, 0))),
    chrt_id: kind === 'sold out' && line === 0 ? SOLD_OUT : thingOf(number, line),
  }));
  return { ...order, items };
}

const trackNumberOf = (order: Order, parcel: number): string =>
  parcel === 0 ? order.track_number : `${order.track_number}-${parcel + 1}`;

const thingOf = (number: number, line: number): number =>
  FIRST_THING + (((number * 2 + line) * FACTOR) % THINGS);

/** What there is of things, as the import of stock takes it. */
export function stockFile(): string {
  const rows = Array.from({ length: THINGS }, (_, thing) => `${FIRST_THING + thing},${thing + 1},1000000`);
  return ['chrt_id,nm_id,on_hand', `${SOLD_OUT},1,0`, ...rows, ''].join('\n');
}
