import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePaymentEvent } from '../../../payments/model/payment-event.codec.js';
import { paymentStateOf } from '../../../payments/model/payment-state.js';
import { decodeCarrierEvents } from '../../../tracking/model/carrier-event.codec.js';
import { marksOf, mergeMarks, type ParcelMarks, parcelStateOf } from '../../../tracking/model/parcel.js';
import { shipmentStatusOf } from '../../../tracking/model/shipment-status.js';
import { ORDER_STATUSES } from '../../model/order-life.js';
import { encodeOrder } from '../../model/order.codec.js';
import { PAYMENT_STATUSES, SHIPMENT_STATUSES } from '../../model/order-states.js';
import { validateOrder } from '../../model/order.validation.js';
import {
  KINDS_BY_EVENTS,
  drawKind,
  LIFE_KIND_NAMES,
  LIFE_KINDS,
  lifeKind,
  type LifeKindName,
} from './life-kinds.js';
import { messageOf } from './life-message.js';
import { customerOf, orderForLife } from './life-order.js';
import { planLife, type PlannedEvent } from './life-plan.js';
import { seededRandom } from '../../../platform/seeded-random.js';

const LENGTH_MS = 30_000;

const planOf = (kind: LifeKindName, seed: number): PlannedEvent[] => {
  const random = seededRandom(seed);
  return planLife(random, orderForLife(random, kind), { kind, lengthMs: LENGTH_MS });
};

const paymentsIn = (plan: readonly PlannedEvent[]) =>
  plan.flatMap(({ event }) => (event.to === 'payments' ? [event.payment] : []));
const carrierEventsIn = (plan: readonly PlannedEvent[]) =>
  plan.flatMap(({ event }) => (event.to === 'delivery-events' ? [event.carrierEvent] : []));
const orderIn = (plan: readonly PlannedEvent[]) =>
  plan.flatMap(({ event }) => (event.to === 'orders' ? [event.order] : []))[0]!;
const byId = <T extends { event_id: string }>(events: readonly T[]): T[] => [
  ...new Map(events.map((event) => [event.event_id, event])).values(),
];

/** What tracking makes of the events that have come. */
function shipmentIn(plan: readonly PlannedEvent[], trackNumbers: readonly string[]) {
  const marks = new Map<string, ParcelMarks>();
  for (const event of carrierEventsIn(plan)) {
    const held = marks.get(event.track_number);
    const come = marksOf(event);
    marks.set(event.track_number, held === undefined ? come : mergeMarks(held, come));
  }
  return shipmentStatusOf(trackNumbers.map((number) => parcelStateOf(marks.get(number))));
}

const paymentIn = (plan: readonly PlannedEvent[]) => {
  const { amount, currency } = orderIn(plan).payment;
  return paymentStateOf(byId(paymentsIn(plan)), { status: 'received', amount, currency }).payment_status;
};

describe.each(LIFE_KIND_NAMES)('a life that is %s', (kind) => {
  it('has events that are valid under the strictest rules, whatever is drawn', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const plan = planOf(kind, seed);
        const order = orderIn(plan);
        const strict = { totals: 'strict', unknownFields: 'refuse' } as const;
        expect(validateOrder(JSON.parse(encodeOrder(order)), strict)).toMatchObject({ valid: true });
        const trackNumbers = [...new Set(order.items.map(({ track_number }) => track_number))];
        expect(trackNumbers).toHaveLength(lifeKind(kind).parcels);
        for (const { atMs, event } of plan) {
          expect(atMs).toBeGreaterThanOrEqual(0);
          expect(atMs).toBeLessThanOrEqual(LENGTH_MS);
          const message = messageOf(event);
          if (event.to === 'payments') {
            const verdict = decodePaymentEvent(Buffer.from(message!.value), 'refuse');
            expect(verdict).toMatchObject({ valid: true, model: event.payment });
            expect(event.payment.amount).toBeGreaterThan(0);
            expect(message!.key).toBe(order.order_uid);
          }
          if (event.to === 'delivery-events') {
            expect(decodeCarrierEvents(Buffer.from(message!.value))).toMatchObject({ valid: true });
            expect(trackNumbers).toContain(event.carrierEvent.track_number);
          }
          if (event.to === 'status') expect(message).toBeUndefined();
        }
      }),
      { numRuns: 20 },
    );
  });

  it('ends as it says, by what payments and tracking make of its events', () => {
    for (let seed = 0; seed < 50; seed++) {
      const plan = planOf(kind, seed);
      const { items, customer_id } = orderIn(plan);
      const numbers = [...new Set(items.map(({ track_number }) => track_number))];
      const { payment_status, shipment_status } = lifeKind(kind).ends;
      expect(paymentIn(plan)).toBe(payment_status);
      expect(shipmentIn(plan, numbers)).toBe(shipment_status);
      expect(customer_id).toBe(customerOf(kind));
    }
  });

  it('is the same again for the same numbers and the same order', () => {
    const order = orderForLife(seededRandom(1), kind);
    const planned = (seed: number) => planLife(seededRandom(seed), order, { kind, lengthMs: LENGTH_MS });
    expect(planned(5)).toEqual(planned(5));
    expect(planned(5)).not.toEqual(planned(6));
  });
});

describe('made-up lives', () => {
  it('are drawn as often as they weigh', () => {
    const random = seededRandom(3);
    const draws = 20_000;
    const drawn = Array.from({ length: draws }, () => drawKind(random));
    const total = LIFE_KIND_NAMES.reduce((sum, name) => sum + LIFE_KINDS[name].weight, 0);
    for (const name of LIFE_KIND_NAMES) {
      const share = drawn.filter((one) => one === name).length / draws;
      expect(Math.abs(share - LIFE_KINDS[name].weight / total), name).toBeLessThan(0.02);
    }
    const ofEvents = new Set(Array.from({ length: 2_000 }, () => drawKind(random, KINDS_BY_EVENTS)));
    expect([...ofEvents].sort()).toEqual([...KINDS_BY_EVENTS].sort());
    expect([...ofEvents].filter((name) => lifeKind(name).ends.status === 'cancelled')).toEqual([]);
  });

  it('have some events that come late and some that come twice, and a tour that has none late', () => {
    const plans = Array.from({ length: 400 }, (_, seed) => planOf('prompt', seed));
    const events = plans.flatMap(carrierEventsIn);
    const twice = events.length - byId(events).length;
    expect(twice / events.length).toBeGreaterThan(0.04);
    expect(twice / events.length).toBeLessThan(0.12);
    const isOvertaken = (plan: PlannedEvent[]): boolean => {
      const times = byId(carrierEventsIn(plan)).map(({ occurred_at }) => occurred_at);
      return times.some((time, place) => place > 0 && time < times[place - 1]!);
    };
    expect(plans.filter(isOvertaken).length).toBeGreaterThan(10);
    expect(Array.from({ length: 100 }, (_, seed) => planOf('tour', seed)).filter(isOvertaken)).toEqual([]);
  });

  it('pass through every state there is, the first three alone', () => {
    const shipments = new Set<string>(['none']);
    const payments = new Set<string>(['unpaid']);
    const statuses = new Set<string>(['received']);
    for (const kind of LIFE_KIND_NAMES.slice(0, 3)) {
      const plan = planOf(kind, 1);
      const numbers = [...new Set(orderIn(plan).items.map(({ track_number }) => track_number))];
      plan.forEach(({ event }, place) => {
        const soFar = plan.slice(0, place + 1);
        shipments.add(shipmentIn(soFar, numbers));
        payments.add(paymentIn(soFar));
        if (event.to === 'status') statuses.add(event.status);
      });
      statuses.add(lifeKind(kind).ends.status);
    }
    expect([...shipments].sort()).toEqual([...SHIPMENT_STATUSES].sort());
    expect([...payments].sort()).toEqual([...PAYMENT_STATUSES].sort());
    // `delivered` is on the way of the first.
    expect([...statuses, 'delivered'].sort()).toEqual([...ORDER_STATUSES].sort());
  });
});
