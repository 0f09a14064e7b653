import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CARRIER_EVENT_TYPES, type CarrierEventType } from './carrier-event.js';
import { shipmentStatusOf } from './shipment-status.js';

type State = CarrierEventType | null;
const statusOf = (...states: readonly State[]) => shipmentStatusOf(states.map((state) => ({ state })));

describe('the shipment status of an order', () => {
  it.each<[string, State[]]>([
    ['none', []],
    ['none', [null]],
    ['none', [null, null]],
    ['lost', ['lost', 'failed_attempt', null]],
    ['lost', ['lost', 'delivered']],
    ['failed_attempt', ['failed_attempt', 'out_for_delivery', null]],
    ['out_for_delivery', ['out_for_delivery', 'delivered', null]],
    ['returned', ['returned', 'returned']],
    ['delivered', ['delivered', 'delivered']],
    ['partially_shipped', ['in_transit', null]],
    ['partially_shipped', ['delivered', null]],
    ['partially_shipped', ['returned', null]],
    ['partially_delivered', ['delivered', 'in_transit']],
    ['partially_delivered', ['delivered', 'returned']],
    ['shipped', ['accepted']],
    ['shipped', ['in_transit', 'arrived']],
    ['shipped', ['returned', 'in_transit']],
    ['shipped', ['return_started']],
  ])('is %s with parcels that are %j', (status, states) => {
    expect(statusOf(...states)).toBe(status);
  });

  it('does not depend on the order of the parcels, and two in one state count as one', () => {
    const states = fc.array(fc.constantFrom<State>(null, ...CARRIER_EVENT_TYPES), { minLength: 1 });
    const both = states.chain((all) =>
      fc.record({
        all: fc.constant(all),
        shuffled: fc.shuffledSubarray(all, { minLength: all.length }),
        again: fc.constantFrom(...all),
      }),
    );
    fc.assert(
      fc.property(both, ({ all, shuffled, again }) => {
        expect(statusOf(...shuffled, again)).toBe(statusOf(...all));
      }),
    );
  });
});
