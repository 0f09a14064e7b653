import fc from 'fast-check';
import { CARRIER_EVENT_TYPES, CarrierEvent } from '../../src/tracking/model/carrier-event.js';
import { arbitraryDateTime, arbitraryShortText, arbitraryText } from './arbitrary-fields.js';

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Any valid event of a carrier. */
export function arbitraryCarrierEvent(): fc.Arbitrary<CarrierEvent> {
  return fc
    .record({
      event_id: arbitraryShortText(1),
      track_number: arbitraryShortText(1),
      type: fc.constantFrom(...CARRIER_EVENT_TYPES),
      occurred_at: arbitraryDateTime(),
      location: optional(arbitraryShortText()),
      carrier: optional(arbitraryShortText()),
      note: optional(arbitraryText()),
      estimated_at: optional(arbitraryDateTime()),
    })
    .map((fields) => Object.assign(new CarrierEvent(), fields));
}

/** Moments that events of one parcel share often, in more than one spelling each. */
const MOMENTS = [
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2026-01-01T00:00:00.0000001Z',
  '2026-01-02T00:00:00Z',
  '2026-01-02T00:00:00.5Z',
];

/** Events of a few parcels that are hard to sort: of few moments, with ids of their own. */
export function arbitraryHistory(trackNumbers: readonly string[]): fc.Arbitrary<CarrierEvent[]> {
  const event = fc.record({
    track_number: fc.constantFrom(...trackNumbers),
    type: fc.constantFrom(...CARRIER_EVENT_TYPES),
    occurred_at: fc.constantFrom(...MOMENTS),
    location: optional(fc.constantFrom('Lviv', 'Łódź')),
    estimated_at: optional(fc.constantFrom('2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z')),
  });
  return fc.array(event, { maxLength: 12 }).map((events) =>
    // Neither do the ids come in the order of the list.
    events.map((fields, index) =>
      Object.assign(new CarrierEvent(), fields, { event_id: `e${(index * 7) % 13}-${index}` }),
    ),
  );
}
