import { LIFE_KIND_NAMES, type LifeKindName } from '../../src/orders/producer/lives/life-kinds.js';
import { orderForLife } from '../../src/orders/producer/lives/life-order.js';
import { type LifeEvent, planLife } from '../../src/orders/producer/lives/life-plan.js';
import { seededRandom } from '../../src/orders/producer/lives/seeded-random.js';
import type { Order } from '../../src/orders/model/order.js';

/** An order and as much of its life as has passed. */
export interface SeededLife {
  readonly kind: LifeKindName;
  readonly order: Order;
  /** Of those that are at their end by the caller's wish. */
  readonly isEnded: boolean;
  /** In the order in which they are sent, the order itself among them. */
  readonly events: readonly LifeEvent[];
}

const MINUTE_MS = 60_000;
const LIFE_MS = 3 * 24 * 60 * MINUTE_MS;
/** Between the last things of two orders. */
const STEP_MS = 31 * MINUTE_MS;
const SEED_STEP = 0x9e3779b9;
const HEX_DIGITS = '0123456789abcdef';

const CUSTOMERS = [
  'mila.brandt',
  'k-20417',
  'oleh_h',
  'ana.souza',
  'k-88120',
  'shop-berlin-2',
  'noor',
  'k-31009',
];

/**
 * Lives of all kinds in turns, each at the share of its life that a seed draws, the last things of them one after the other
 * until `endsAt`. The same seed makes the same orders, down to their ids; only their times are those of today.
 *
 * @param lastKinds whose lives are at their end, one of each
 * @returns the lives in the order in which they began
 */
export function seededLives(
  seed: number,
  count: number,
  endsAt: Date,
  lastKinds: readonly LifeKindName[],
): SeededLife[] {
  const kinds = Array.from({ length: count }, (_, n) => LIFE_KIND_NAMES[n % LIFE_KIND_NAMES.length]!);
  const all = [...kinds, ...lastKinds];
  return all
    .map((kind, n) => {
      const random = seededRandom(seed + Math.imul(n, SEED_STEP));
      const share = n < kinds.length ? random() : 1;
      const createdAtMs = endsAt.getTime() - (all.length - n) * STEP_MS - share * LIFE_MS;
      const order = named(orderForLife(random, kind), random, new Date(createdAtMs));
      const plan = planLife(random, order, { kind, lengthMs: LIFE_MS });
      const passed = plan.filter(({ atMs, event }) => event.to === 'orders' || atMs <= share * LIFE_MS);
      return { kind, order, isEnded: n >= kinds.length, events: passed.map(({ event }) => event) };
    })
    .sort((one, other) => Date.parse(one.order.date_created) - Date.parse(other.order.date_created));
}

/** The same order with ids that the seed makes, and not chance. */
function named(order: Order, random: () => number, createdAt: Date): Order {
  const uid = hex(random, 19);
  const trackNumber = `WB${hex(random, 10).toUpperCase()}`;
  const numbers = [...new Set(order.items.map(({ track_number }) => track_number))];
  for (const item of order.items) {
    const parcel = numbers.indexOf(item.track_number);
    item.track_number = parcel === 0 ? trackNumber : `${trackNumber}-${parcel + 1}`;
    item.rid = hex(random, 21);
  }
  order.order_uid = uid;
  order.track_number = trackNumber;
  order.payment.transaction = uid;
  order.payment.payment_dt = Math.floor(createdAt.getTime() / 1_000);
  order.customer_id = CUSTOMERS[Math.floor(random() * CUSTOMERS.length)]!;
  order.date_created = createdAt.toISOString();
  return order;
}

function hex(random: () => number, characters: number): string {
  return Array.from({ length: characters }, () => HEX_DIGITS[Math.floor(random() * 16)]).join('');
}
