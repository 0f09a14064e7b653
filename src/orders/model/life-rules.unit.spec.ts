import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Announcement, type ShipmentTold, STOCK_OUTCOMES, type StockOutcome } from './announcement.js';
import { after, nextStatuses, stepsAfter } from './life-rules.js';
import { NEXT_STATUSES, ORDER_STATUSES, type OrderStatus } from './order-life.js';
import {
  FIRST_STATES,
  type OrderStates,
  PAYMENT_STATUSES,
  type PaymentStatus,
  SHIPMENT_STATUSES,
  type ShipmentStatus,
} from './order-states.js';

const CONTENT_VERSION = 3;
const HEAD = { orderUid: 'one', number: 1, contentVersion: CONTENT_VERSION };

const paid = (payment_status: PaymentStatus): Announcement => ({
  ...HEAD,
  owner: 'payments',
  told: {
    payment_status,
    currency: 'USD',
    captured: 1,
    refunded: 0,
    charged_back: 0,
    net: 1,
    refund_due: null,
    void_due: null,
  },
});

const parcelOf = (state: string | null, n: number): ShipmentTold['parcels'][number] => ({
  track_number: `T${n}`,
  state,
  location: null,
  occurred_at: null,
  estimated_at: null,
});

const parcels = (shipment_status: ShipmentStatus, ...states: (string | null)[]): Announcement => ({
  ...HEAD,
  owner: 'tracking',
  told: { shipment_status, parcels: states.map(parcelOf) },
});

const stock = (outcome: StockOutcome, contentVersion = CONTENT_VERSION): Announcement => ({
  ...HEAD,
  contentVersion,
  owner: 'inventory',
  told: { outcome, reserved: [], missing: [] },
});

const heldWith = (states: Partial<OrderStates>) => ({
  states: { ...FIRST_STATES, ...states },
  contentVersion: CONTENT_VERSION,
});

/** The statuses that an announcement walks through, and why the last. */
function walked(states: Partial<OrderStates>, announced: Announcement): string[] {
  return stepsAfter(heldWith(states), announced)
    .filter(({ change }) => change === 'status')
    .map(({ to, reason }) => (reason === undefined ? to : `${to}: ${reason}`));
}

describe('what payments announce', () => {
  it('moves the state of the payments, anywhere, and nothing else', () => {
    expect(stepsAfter(heldWith({ status: 'shipped', payment_status: 'refunded' }), paid('paid'))).toEqual([
      { change: 'payment_status', from: 'refunded', to: 'paid' },
    ]);
    expect(stepsAfter(heldWith({ payment_status: 'paid' }), paid('paid'))).toEqual([]);
  });
});

describe('what delivery tracking announces', () => {
  it.each<[OrderStatus, ShipmentStatus, (string | null)[], string[]]>([
    ['received', 'none', [null, null], []],
    ['received', 'partially_shipped', ['accepted', null], ['confirmed']],
    ['confirmed', 'partially_shipped', ['accepted', null], []],
    ['received', 'shipped', ['accepted', 'in_transit'], ['confirmed', 'shipped']],
    ['packed', 'shipped', ['accepted'], ['shipped']],
    ['confirmed', 'delivered', ['delivered', 'delivered'], ['shipped', 'delivered']],
    ['shipped', 'partially_delivered', ['delivered', 'in_transit'], []],
    ['shipped', 'failed_attempt', ['failed_attempt'], []],
    ['shipped', 'lost', ['lost'], []],
    ['confirmed', 'lost', ['lost', null], []],
    ['shipped', 'lost', ['lost', 'delivered'], ['delivered']],
    ['shipped', 'partially_delivered', ['returned', 'delivered'], ['delivered']],
    ['shipped', 'lost', ['lost', 'returned'], []],
    ['shipped', 'returned', ['returned', 'returned'], ['returned']],
    ['delivered', 'returned', ['returned'], ['returned']],
    ['delivered', 'shipped', ['return_started'], []],
    ['returned', 'delivered', ['delivered'], []],
    ['cancelled', 'shipped', ['in_transit'], []],
  ])('%s, %s with parcels %j', (status, shipment_status, states, expected) => {
    expect(walked({ status }, parcels(shipment_status, ...states))).toEqual(expected);
  });

  it('of parcels of older content moves nothing, as those of the new one are told of next', () => {
    const of = (contentVersion: number): Announcement => ({
      ...parcels('shipped', 'accepted'),
      contentVersion,
    });
    expect(stepsAfter(heldWith({}), of(CONTENT_VERSION - 1))).toEqual([]);
    // Whoever knows of no content, or of one that this process has not seen yet, is taken at their word.
    for (const contentVersion of [0, CONTENT_VERSION + 1]) {
      expect(walked({}, of(contentVersion))).toEqual(['confirmed', 'shipped']);
    }
  });

  it('moves the state of the shipment first, of a cancelled order too', () => {
    const [first, ...rest] = stepsAfter(heldWith({ status: 'cancelled' }), parcels('shipped', 'accepted'));
    expect(first).toEqual({ change: 'shipment_status', from: 'none', to: 'shipped' });
    expect(rest).toEqual([]);
  });
});

describe('what inventory announces', () => {
  it.each<[Partial<OrderStates>, StockOutcome, string[]]>([
    [{}, 'reserved', ['confirmed']],
    [{ status: 'confirmed' }, 'reserved', []],
    [{ status: 'cancelled' }, 'reserved', []],
    [{}, 'out_of_stock', ['cancelled: out_of_stock']],
    [{ status: 'confirmed', payment_status: 'paid' }, 'out_of_stock', ['cancelled: out_of_stock']],
    [{ status: 'packed' }, 'out_of_stock', ['cancelled: out_of_stock']],
    [{ status: 'confirmed', shipment_status: 'partially_shipped' }, 'out_of_stock', []],
    [{ status: 'shipped' }, 'out_of_stock', []],
    [{}, 'expiring', ['cancelled: reservation_expired']],
    [{ status: 'confirmed' }, 'expiring', ['cancelled: reservation_expired']],
    [{ status: 'packed' }, 'expiring', []],
    [{ status: 'confirmed', payment_status: 'authorized' }, 'expiring', []],
    [{}, 'released', []],
    [{}, 'taken', []],
    [{ status: 'shipped' }, 'returned', []],
  ])('%j: %s', (states, outcome, expected) => {
    expect(walked(states, stock(outcome))).toEqual(expected);
  });

  it.each(STOCK_OUTCOMES)('of other content moves nothing: %s', (outcome) => {
    expect(stepsAfter(heldWith({}), stock(outcome, CONTENT_VERSION - 1))).toEqual([]);
  });
});

describe('whatever is announced', () => {
  const announced = fc.oneof(
    fc.constantFrom(...PAYMENT_STATUSES).map(paid),
    fc.constantFrom(...STOCK_OUTCOMES).map((outcome) => stock(outcome)),
    fc
      .tuple(
        fc.constantFrom(...SHIPMENT_STATUSES),
        fc.array(fc.constantFrom(null, 'accepted', 'in_transit', 'delivered', 'returned', 'lost'), {
          maxLength: 3,
        }),
      )
      .map(([status, states]) => parcels(status, ...states)),
  );
  const states = fc.record({
    status: fc.constantFrom(...ORDER_STATUSES),
    payment_status: fc.constantFrom(...PAYMENT_STATUSES),
    shipment_status: fc.constantFrom(...SHIPMENT_STATUSES),
  });

  it('leads from state to state without a gap, and the status walks the table', () => {
    fc.assert(
      fc.property(states, announced, (first, announcement) => {
        let held: OrderStates = first;
        for (const step of stepsAfter({ states: first, contentVersion: CONTENT_VERSION }, announcement)) {
          expect(step.from).toBe(held[step.change]);
          expect(step.to).not.toBe(step.from);
          if (step.change === 'status') expect(NEXT_STATUSES[held.status]).toContain(step.to);
          held = after(held, step);
        }
        expect([first.status, held.status]).not.toEqual(['cancelled', 'received']);
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(states, announced, (first, announcement) => {
        const held = { states: first, contentVersion: CONTENT_VERSION };
        const moved = stepsAfter(held, announcement).reduce(after, first);
        expect(stepsAfter({ ...held, states: moved }, announcement)).toEqual([]);
      }),
    );
  });

  it('never cancels an order of which a parcel has moved', () => {
    fc.assert(
      fc.property(states, announced, (first, announcement) => {
        const moved = stepsAfter({ states: first, contentVersion: CONTENT_VERSION }, announcement);
        const cancels = moved.some(({ to, change }) => change === 'status' && to === 'cancelled');
        if (first.shipment_status !== 'none') expect(cancels).toBe(false);
        expect(first.shipment_status !== 'none' && nextStatuses(first).includes('cancelled')).toBe(false);
      }),
    );
  });
});
