import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arbitraryDateTime,
  arbitraryShortText,
  arbitraryWholeNumber,
} from '../../../test/support/arbitrary-fields.js';
import { fastValidatorConformance } from '../../platform/validation/fast-validator.conformance.js';
import { EXAMPLE_PAYMENT } from './example-payment.js';
import { decodeOrderNews, knownOrderOf } from './order-news.js';
import { decodePaymentEvent } from './payment-event.codec.js';
import { PAYMENT_TYPES, PaymentEvent } from './payment-event.js';

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const { provider: _, ...WITHOUT_OPTIONAL } = EXAMPLE_PAYMENT;

function faultsOf(fields: object): string[] {
  const verdict = decodePaymentEvent(bytesOf({ ...EXAMPLE_PAYMENT, ...fields }), 'refuse');
  return verdict.valid ? [] : verdict.faults.map(({ path }) => path);
}

const arbitraryEvent = fc
  .record({
    event_id: arbitraryShortText(1),
    order_uid: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    transaction: arbitraryShortText(1),
    type: fc.constantFrom(...PAYMENT_TYPES),
    amount: arbitraryWholeNumber(),
    currency: fc.constantFrom('USD', 'EUR', 'JPY'),
    occurred_at: arbitraryDateTime(),
    provider: fc.option(arbitraryShortText(), { nil: undefined }),
    reason: fc.option(arbitraryShortText(), { nil: undefined }),
  })
  .map((fields) => Object.assign(new PaymentEvent(), fields));

describe('a payment event', () => {
  fastValidatorConformance(PaymentEvent, arbitraryEvent, () => ({ ...EXAMPLE_PAYMENT, reason: 'a reason' }));

  it('is taken with and without what it need not say', () => {
    expect(decodePaymentEvent(bytesOf(EXAMPLE_PAYMENT), 'refuse')).toMatchObject({
      valid: true,
      model: EXAMPLE_PAYMENT,
    });
    expect(decodePaymentEvent(bytesOf(WITHOUT_OPTIONAL), 'refuse').valid).toBe(true);
  });

  it('has every faulty field named', () => {
    const faulty = {
      event_id: '',
      order_uid: 'a b',
      transaction: 7,
      type: 'paid',
      amount: 1.5,
      currency: 'usd',
      occurred_at: '2026-02-30T00:00:00Z',
      provider: null,
      reason: 'x'.repeat(1_001),
    };
    expect(faultsOf(faulty)).toEqual(Object.keys(faulty));
    expect(faultsOf({ amount: -1 })).toEqual(['amount']);
    expect(faultsOf({ event_id: undefined, amount: undefined })).toEqual(['event_id', 'amount']);
  });

  it('may hold other fields where it is an event, and not where it is a request', () => {
    const more = bytesOf({ ...EXAMPLE_PAYMENT, fee: 1 });
    expect(decodePaymentEvent(more, 'ignore').valid).toBe(true);
    expect(decodePaymentEvent(more, 'refuse')).toMatchObject({ valid: false, faults: [{ path: 'fee' }] });
  });
});

describe('an announcement of an order', () => {
  const NEWS = { order_uid: 'o1', version: 4, status: 'confirmed', payment: { amount: 5, currency: 'USD' } };
  const orderOf = (fields: object) => {
    const verdict = decodeOrderNews(bytesOf({ ...NEWS, ...fields }));
    if (!verdict.valid) throw new Error(verdict.faults.map(({ path }) => path).join());
    return knownOrderOf(verdict.model);
  };

  it('is read as far as payments need it', () => {
    expect(orderOf({ content_version: 2, items: [], change: 'status' })).toEqual({
      version: 4,
      contentVersion: 2,
      status: 'confirmed',
      amount: 5,
      currency: 'USD',
    });
  });

  it('is understood as a program of an older version sends it', () => {
    expect(orderOf({ status: 'updated' })).toMatchObject({ contentVersion: 4, status: undefined });
  });

  it('is refused where that cannot be read', () => {
    expect(() => orderOf({ version: 0, status: '', payment: { amount: -1 } })).toThrow(
      'version,status,payment.amount,payment.currency',
    );
  });
});
