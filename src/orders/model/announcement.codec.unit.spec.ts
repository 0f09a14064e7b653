import { describe, expect, it } from 'vitest';
import type { Owner } from './announcement.js';
import { decodeAnnouncement } from './announcement.codec.js';

const HEAD = { order_uid: 'one', number: 3, content_version: 2 };

const decoded = (owner: Owner, value: object | string) =>
  decodeAnnouncement(owner, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

const faultsOf = (owner: Owner, value: object | string): string[] => {
  const verdict = decoded(owner, value);
  return verdict.valid ? [] : verdict.faults.map(({ path }) => path);
};

describe('an announcement', () => {
  it('of payments tells a state and a balance, whatever else it has', () => {
    const balance = {
      currency: 'USD',
      captured: 5,
      refunded: 2,
      charged_back: 0,
      net: 3,
      refund_due: 3,
      void_due: 0,
    };
    const value = { ...HEAD, payment_status: 'partially_refunded', ...balance, cause: 'x', later: {} };
    expect(decoded('payments', value)).toEqual({
      valid: true,
      announcement: {
        owner: 'payments',
        orderUid: 'one',
        number: 3,
        contentVersion: 2,
        told: { payment_status: 'partially_refunded', ...balance },
      },
    });
  });

  it('shows as null what it does not tell in a form that can be shown', () => {
    const parcels = [{ track_number: 'T', state: 7, location: 'a\0b' }, null, { state: 'lost' }];
    const verdict = decoded('tracking', { ...HEAD, shipment_status: 'lost', parcels });
    const rest = { location: null, occurred_at: null, estimated_at: null };
    expect(verdict).toMatchObject({
      announcement: {
        told: {
          parcels: [
            { track_number: 'T', state: null, ...rest },
            { track_number: '', state: 'lost', ...rest },
          ],
        },
      },
    });
    expect(
      decoded('inventory', { ...HEAD, outcome: 'taken', reserved: [{ chrt_id: 'x' }], missing: ['y', 4] }),
    ).toMatchObject({
      announcement: { told: { outcome: 'taken', reserved: [], missing: [4] } },
    });
  });

  it.each<[Owner, object | string, string[]]>([
    ['payments', { ...HEAD, payment_status: 'gone' }, ['payment_status']],
    ['payments', { payment_status: 'paid' }, ['order_uid', 'number', 'content_version']],
    ['tracking', { ...HEAD, shipment_status: 'paid' }, ['shipment_status']],
    ['inventory', { ...HEAD, number: 0, outcome: 'taken' }, ['number']],
    ['inventory', { ...HEAD, content_version: 2 ** 31, outcome: 'taken' }, ['content_version']],
    ['inventory', 'no JSON', ['']],
    ['inventory', '[]', ['']],
  ])('of %s is refused by its faulty fields: %j', (owner, value, faults) => {
    expect(faultsOf(owner, value)).toEqual(faults);
  });
});
