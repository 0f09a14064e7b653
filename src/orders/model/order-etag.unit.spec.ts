import { describe, expect, it } from 'vitest';
import { etagOf, haveSameContent, isAmong, isOfVersion, statesOfEtag } from './order-etag.js';
import { digitsOf, FIRST_STATES, PAYMENT_STATUSES, SHIPMENT_STATUSES, statesOf } from './order-states.js';
import { ORDER_STATUSES } from './order-life.js';

const HASH = '0123456789abcdef0123456789abcdef';
const OLD_ETAG = '"v7-0123456789abcdef"';

describe('the ETag of an order', () => {
  it('tells its states, each combination in another way', () => {
    const etags = new Set<string>();
    for (const status of ORDER_STATUSES) {
      for (const payment_status of PAYMENT_STATUSES) {
        for (const shipment_status of SHIPMENT_STATUSES) {
          const states = { status, payment_status, shipment_status };
          const etag = etagOf(7, HASH, states);
          expect(statesOfEtag(etag)).toEqual(states);
          expect(digitsOf(statesOf(digitsOf(states))!)).toBe(digitsOf(states));
          etags.add(etag);
        }
      }
    }
    expect(etags.size).toBe(ORDER_STATUSES.length * PAYMENT_STATUSES.length * SHIPMENT_STATUSES.length);
  });

  it.each([OLD_ETAG, '"v7-0123456789abcdef-999"', '"v7-0123456789abcdef-00"', '""', 'x'])(
    'tells none where it has none: %s',
    (etag) => expect(statesOfEtag(etag)).toBeUndefined(),
  );

  it('is known by the one that the code of before gives', () => {
    const etag = etagOf(7, HASH);
    expect(etag).toBe('"v7-0123456789abcdef-000"');
    expect(isAmong(etag, '*')).toBe(true);
    expect(isAmong(etag, ['"x"', etag])).toBe(true);
    expect(isAmong(etag, [OLD_ETAG])).toBe(true);
    expect(isAmong(etag, ['"v6-0123456789abcdef-000"', '"v7-0123456789abcdef-100"'])).toBe(false);
  });

  it('is compared by its content, and by its version', () => {
    const [first, later] = [etagOf(1, HASH), etagOf(12, HASH, { ...FIRST_STATES, status: 'shipped' })];
    expect(haveSameContent(first, later)).toBe(true);
    expect(haveSameContent(first, etagOf(1, `f${HASH}`))).toBe(false);
    expect(isOfVersion(later, 12)).toBe(true);
    expect(isOfVersion(later, 1)).toBe(false);
    expect(isOfVersion(OLD_ETAG, 7)).toBe(false);
  });
});
