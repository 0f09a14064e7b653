import { LIFE_KIND_NAMES, type LifeKindName } from '../../src/orders/producer/lives/life-kinds.js';
import { orderForLife } from '../../src/orders/producer/lives/life-order.js';
import { type LifeEvent, planLife, type PlannedEvent } from '../../src/orders/producer/lives/life-plan.js';
import { seededRandom } from '../../src/platform/seeded-random.js';
import type { Order } from '../../src/orders/model/order.js';

/** An order and as much of its life as has passed. */
export interface SeededLife {
  readonly kind: LifeKindName;
  readonly order: Order;
  /** Of those that are at their end by the caller's wish. */
  readonly isEnded: boolean;
  /** In the order in which they are sent, the order itself among them; all of them have happened by now. */
  readonly events: readonly LifeEvent[];
  /** The same, each with when it is sent. */
  readonly passed: readonly PlannedEvent[];
}

const MINUTE_MS = 60_000;
const LIFE_MS = 3 * 24 * 60 * MINUTE_MS;
/** Between the last things of two orders. */
const STEP_MS = 31 * MINUTE_MS;
/** Between two orders that have only come. */
const FRESH_STEP_MS = 9 * MINUTE_MS;
const SEED_STEP = 0x9e3779b9;
const RARE_SCRIPTS = /\p{Script=Han}|\p{Script=Devanagari}|\p{Extended_Pictographic}/u;
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
      const passedMs = share * LIFE_MS;
      const createdAtMs = endsAt.getTime() - (all.length - n) * STEP_MS - passedMs;
      const { order, plan } = readable(() => {
        const one = named(orderForLife(random, kind), random, new Date(createdAtMs));
        return { order: one, plan: planLife(random, one, { kind, lengthMs: LIFE_MS }) };
      });
      const passed = plan
        .filter(({ atMs, event }) => event.to === 'orders' || atMs <= passedMs)
        // An order that was paid ahead is there all the same.
        .map(({ atMs, event }) => ({ event, atMs: Math.min(atMs, passedMs) }));
      const events = passed.map(({ event }) => event);
      return { kind, order, isEnded: n >= kinds.length, events, passed };
    })
    .sort((one, other) => Date.parse(one.order.date_created) - Date.parse(other.order.date_created));
}

/**
 * Orders that have come in the last minutes before `endsAt`, and of which nothing else has been heard.
 *
 * @returns the last one first
 */
export function freshOrders(seed: number, count: number, endsAt: Date): Order[] {
  return Array.from({ length: count }, (_, n) => {
    const random = seededRandom(seed + Math.imul(n, SEED_STEP));
    const createdAt = new Date(endsAt.getTime() - (n + 1) * FRESH_STEP_MS);
    return readable(() => named(orderForLife(random, 'prompt'), random, createdAt));
  });
}

/** What a machine can draw every letter of: few have fonts of all scripts, and boxes in their place are no picture of the page. */
function readable<T>(draw: () => T): T {
  for (;;) {
    const drawn = draw();
    if (!RARE_SCRIPTS.test(JSON.stringify(drawn))) return drawn;
  }
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
