import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryHistory } from '../../../test/support/arbitrary-carrier-event.js';
import { CARRIER_EVENT_TYPES, CarrierEvent, type CarrierEventType } from './carrier-event.js';
import { marksOf, mergeMarks, type ParcelMarks, parcelStateOf } from './parcel.js';

const event = (type: CarrierEventType, day: number, fields: Partial<CarrierEvent> = {}): CarrierEvent =>
  Object.assign(new CarrierEvent(), {
    event_id: `${type}-${day}`,
    track_number: 'T',
    type,
    occurred_at: `2026-01-0${day}T00:00:00Z`,
    ...fields,
  });

/** As the events would be taken one by one. */
const marksOfAll = (events: readonly CarrierEvent[]): ParcelMarks | undefined =>
  events
    .map(marksOf)
    .reduce<ParcelMarks | undefined>(
      (before, marks) => (before ? mergeMarks(before, marks) : marks),
      undefined,
    );
const stateOf = (...events: readonly CarrierEvent[]) => parcelStateOf(marksOfAll(events));

/** The rule in its own words: sorted, and gone through from the oldest to the newest. */
function stateByTheRule(events: readonly CarrierEvent[]): CarrierEventType | null {
  const ms = ({ occurred_at }: CarrierEvent): number => Date.parse(occurred_at);
  // A ten-millionth of a second is beyond what a Date has.
  const isLater = ({ occurred_at }: CarrierEvent): number => (occurred_at.includes('.0000001') ? 1 : 0);
  const rank = ({ type }: CarrierEvent): number => CARRIER_EVENT_TYPES.indexOf(type);
  const sorted = [...events].sort(
    (one, other) =>
      ms(one) - ms(other) ||
      isLater(one) - isLater(other) ||
      rank(one) - rank(other) ||
      (one.event_id < other.event_id ? -1 : 1),
  );
  let state: CarrierEventType | null = null;
  for (const { type } of sorted) {
    if (state === 'delivered' && type !== 'return_started' && type !== 'returned') continue;
    state = type;
  }
  return state;
}

describe('the state of a parcel', () => {
  it('is what the rule says of its events, in whatever order and however often they come', () => {
    const deliveries = arbitraryHistory(['T']).chain((events) => {
      const arrivals = fc.shuffledSubarray([...events, ...events], { minLength: events.length });
      return fc.record({ events: fc.constant(events), arrivals });
    });
    fc.assert(
      fc.property(deliveries, ({ events, arrivals }) => {
        const all = [...arrivals, ...events];
        expect(marksOfAll(all)).toEqual(marksOfAll(events));
        expect(parcelStateOf(marksOfAll(all)).state).toBe(stateByTheRule(events));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not depend on how its events were put together', () => {
    const marks = arbitraryHistory(['T'])
      .filter((events) => events.length > 0)
      .map((events) => marksOfAll(events)!);
    fc.assert(
      fc.property(marks, marks, marks, (a, b, c) => {
        expect(mergeMarks(a, mergeMarks(b, c))).toEqual(mergeMarks(mergeMarks(a, b), c));
        expect(mergeMarks(a, a)).toEqual(a);
      }),
    );
  });

  it('is nothing where no event of it has come', () => {
    expect(stateOf()).toEqual({ state: null, location: null, occurred_at: null, estimated_at: null });
  });

  it.each<[CarrierEventType, CarrierEventType[]]>([
    ['delivered', ['accepted', 'delivered', 'in_transit', 'lost', 'failed_attempt']],
    ['return_started', ['delivered', 'return_started']],
    ['in_transit', ['delivered', 'return_started', 'in_transit']],
    ['returned', ['delivered', 'return_started', 'in_transit', 'returned']],
    ['delivered', ['return_started', 'delivered']],
    ['lost', ['in_transit', 'lost']],
    ['in_transit', ['lost', 'in_transit']],
    ['delivered', ['failed_attempt', 'delivered']],
  ])('is %s after %j', (state, types) => {
    const events = types.map((type, index) => event(type, index + 1));
    expect(stateOf(...events).state).toBe(state);
    expect(stateOf(...events.toReversed()).state).toBe(state);
  });

  it('is of one moment that of the highest rank, and of one rank that of the highest id by its bytes', () => {
    expect(stateOf(event('out_for_delivery', 1), event('arrived', 1)).state).toBe('out_for_delivery');
    const [before, behind] = ['\uffff', '😀'];
    const place = stateOf(
      event('arrived', 1, { event_id: behind, location: 'behind' }),
      event('arrived', 1, { event_id: before, location: 'before' }),
    ).location;
    expect(place).toBe('behind');
  });

  it('has the last place and the last estimate that anybody named', () => {
    const estimated_at = '2026-01-05T00:00:00Z';
    const under = [event('in_transit', 1, { location: 'Lviv', estimated_at }), event('arrived', 2)];
    expect(stateOf(...under)).toEqual({
      state: 'arrived',
      location: 'Lviv',
      occurred_at: '2026-01-02T00:00:00Z',
      estimated_at,
    });
    expect(stateOf(...under, event('delivered', 3)).estimated_at).toBeNull();
    expect(
      stateOf(event('delivered', 3, { location: 'door' }), event('in_transit', 4, { location: 'x' }))
        .location,
    ).toBe('door');
  });
});
