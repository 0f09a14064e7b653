import fc from 'fast-check';
import { PAYMENT_TYPES, PaymentEvent } from './payment-event.js';
import type { KnownOrder } from './known-order.js';

export const ORDER_UID = 'order-1';

let events = 0;

/** A payment event that no other test has, with fields of its own as given. */
export const aPayment = (fields: Partial<PaymentEvent> = {}): PaymentEvent =>
  Object.assign(new PaymentEvent(), {
    event_id: `event-${++events}`,
    order_uid: ORDER_UID,
    transaction: 'tx-1',
    type: 'captured',
    amount: 100,
    currency: 'USD',
    occurred_at: '2026-01-02T03:04:05Z',
    ...fields,
  });

/** Events of one order, of few transactions, amounts and moments, so that they meet. Each has an id of its own. */
export function arbitraryPayments(): fc.Arbitrary<PaymentEvent[]> {
  const event = fc.record({
    transaction: fc.constantFrom('tx-1', 'tx-2'),
    type: fc.constantFrom(...PAYMENT_TYPES),
    amount: fc.constantFrom(0, 1, 40, 60, 100, 200, Number.MAX_SAFE_INTEGER),
    currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
    occurred_at: fc.constantFrom(
      '2026-01-02T03:04:05Z',
      '2026-01-02T04:04:05+01:00',
      '2026-01-02T03:04:06Z',
      '2026-01-02T03:04:07.5z',
    ),
  });
  return fc
    .array(event, { maxLength: 8 })
    .map((all) => all.map((fields, index) => aPayment({ ...fields, event_id: `e${index}` })));
}

const LIVES = [
  ['received', 'confirmed', 'shipped', 'delivered', 'returned'],
  ['received', 'confirmed', 'cancelled'],
  ['received', 'cancelled'],
];

/** What an order tells of itself from its first version to its last, as orders walk their lives. */
export function arbitraryLife(): fc.Arbitrary<KnownOrder[]> {
  const step = fc.record({
    /** Other than these it is a change of a derived state, which is not read here. */
    change: fc.constantFrom('content', 'status', 'other'),
    amount: fc.constantFrom(0, 100, 160),
    currency: fc.constantFrom('USD', 'USD', 'EUR'),
  });
  return fc
    .record({ life: fc.constantFrom(...LIVES), steps: fc.array(step, { maxLength: 6 }) })
    .map(({ life, steps }) => {
      let lived = 0;
      let order: KnownOrder = {
        version: 1,
        contentVersion: 1,
        status: life[0],
        amount: 100,
        currency: 'USD',
      };
      const told = [order];
      for (const { change, amount, currency } of steps) {
        order = { ...order, version: order.version + 1 };
        if (change === 'content')
          order = { ...order, contentVersion: order.contentVersion + 1, amount, currency };
        if (change === 'status' && lived + 1 < life.length) order = { ...order, status: life[++lived] };
        told.push(order);
      }
      return told;
    });
}
