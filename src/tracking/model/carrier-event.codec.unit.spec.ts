import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCarrierEvent } from '../../../test/support/arbitrary-carrier-event.js';
import { examine } from '../../platform/validation/examination.js';
import { fastValidatorConformance } from '../../platform/validation/fast-validator.conformance.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { CarrierEvent, fingerprintOf } from './carrier-event.js';
import { decodeCarrierEvent, decodeCarrierEvents } from './carrier-event.codec.js';

const anEvent = (fields: object = {}): Record<string, unknown> => ({
  event_id: 'e1',
  track_number: 'T1',
  type: 'in_transit',
  occurred_at: '2026-01-02T03:04:05Z',
  ...fields,
});
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const faultsOf = (verdict: ReturnType<typeof decodeCarrierEvent> | ReturnType<typeof decodeCarrierEvents>) =>
  verdict.valid ? '' : describeFaults(verdict.faults);

describe('a carrier event', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(arbitraryCarrierEvent(), (event) => {
        const verdict = decodeCarrierEvent(bytes(event));
        if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
        expect(verdict.model).toStrictEqual(event);
        expect(examine(structuredClone(event), CarrierEvent)).toStrictEqual({ instance: event, faults: [] });
      }),
    );
  });

  fastValidatorConformance(CarrierEvent, arbitraryCarrierEvent(), () =>
    anEvent({ location: 'Lviv', carrier: 'meest', note: '', estimated_at: '2026-01-02T03:04:05Z' }),
  );

  it.each([
    [{ event_id: '' }, 'event_id must be text of 1 to 255 characters, not empty text'],
    [
      { track_number: 'x'.repeat(256) },
      'track_number must be text of 1 to 255 characters, not 256 characters',
    ],
    [{ type: 'shipped' }, 'type must be one of accepted, in_transit, arrived, out_for_delivery,'],
    [{ occurred_at: '2026-02-30T00:00:00Z' }, 'occurred_at must be an RFC 3339 date-time'],
    [{ location: null }, 'location must be text of at most 255 characters, not null'],
    [{ note: 'x'.repeat(1_001) }, 'note must be text of at most 1000 characters, not 1001 characters'],
    [{ estimated_at: 'tomorrow' }, 'estimated_at must be an RFC 3339 date-time'],
  ])('with %j is refused by name', (fields, fault) => {
    expect(faultsOf(decodeCarrierEvent(bytes(anEvent(fields))))).toContain(fault);
    expect(faultsOf(decodeCarrierEvents(bytes([anEvent(), anEvent(fields)])))).toContain(`[1].${fault}`);
  });

  it.each(['event_id', 'track_number', 'type', 'occurred_at'])('has to have its %s', (name) => {
    expect(faultsOf(decodeCarrierEvent(bytes(anEvent({ [name]: undefined }))))).toContain(
      `${name} is missing`,
    );
  });

  it('may have other fields on the topic, but not in a request', () => {
    expect(decodeCarrierEvent(bytes(anEvent({ weight: 5 }))).valid).toBe(true);
    expect(faultsOf(decodeCarrierEvents(bytes(anEvent({ weight: 5 }))))).toBe(
      'weight is not a field of a carrier event',
    );
  });

  it('has a fingerprint of all of its fields', () => {
    const whole = { location: 'a', carrier: 'b', note: 'c', estimated_at: '2026-01-02T03:04:05Z' };
    const fingerprint = (fields: object) =>
      fingerprintOf(Object.assign(new CarrierEvent(), anEvent({ ...whole, ...fields })));
    const others = ['event_id', 'track_number', 'type', 'occurred_at', ...Object.keys(whole)].flatMap(
      (name) => [fingerprint({ [name]: 'other' }), fingerprint({ [name]: undefined })],
    );
    expect(new Set([fingerprint({}), ...others]).size).toBe(others.length + 1);
    expect(fingerprint({})).toBe(fingerprint({}));
  });
});

describe('the events of a request', () => {
  it('are one, or a list of up to 1,000', () => {
    expect(decodeCarrierEvents(bytes(anEvent()))).toMatchObject({ valid: true, isList: false });
    const list = (length: number): Buffer => bytes(Array.from({ length }, () => anEvent()));
    expect(decodeCarrierEvents(list(1_000))).toMatchObject({ valid: true, isList: true });
    for (const length of [0, 1_001])
      expect(faultsOf(decodeCarrierEvents(list(length)))).toContain(`1 to 1000 events, not of ${length}`);
  });
});
