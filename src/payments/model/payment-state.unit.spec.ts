import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aPayment, arbitraryPayments } from './arbitrary-payments.fixture.js';
import type { PaymentEvent, PaymentType } from './payment-event.js';
import { type PaymentState, paymentStateOf, type PaymentStatus } from './payment-state.js';

const ORDER = { status: 'confirmed', amount: 100, currency: 'USD' };

/** `captured 60`, `captured 40 EUR`, `captured 40 tx-2`: one second after another, of tx-1 and in USD unless they say so. */
function eventsOf(...texts: readonly string[]): PaymentEvent[] {
  return texts.map((text, second) => {
    const [type, amount, ...others] = text.split(' ');
    return aPayment({
      type: type as PaymentType,
      amount: Number(amount),
      currency: others.find((other) => /^[A-Z]{3}$/.test(other)) ?? 'USD',
      transaction: others.find((other) => other.startsWith('tx-')) ?? 'tx-1',
      occurred_at: `2026-01-02T03:04:0${second}Z`,
    });
  });
}

const stateOf = (texts: readonly string[], order: Partial<typeof ORDER> = {}): PaymentState =>
  paymentStateOf(eventsOf(...texts), { ...ORDER, ...order });

const CASES: [PaymentStatus, string, ...string[]][] = [
  ['unpaid', 'nothing has come'],
  ['unpaid', 'a payment failed', 'failed 100'],
  ['authorized', 'an authorization is open', 'authorized 100'],
  ['authorized', 'and a capture of it failed', 'authorized 100', 'failed 100'],
  ['unpaid', 'it was voided', 'authorized 100', 'voided 100'],
  ['authorized', 'another one was voided', 'authorized 100', 'authorized 100 tx-2', 'voided 100 tx-2'],
  ['paid', 'it was captured', 'authorized 100', 'captured 100'],
  ['paid', 'captured without an authorization', 'captured 100'],
  ['partially_paid', 'a part was captured', 'authorized 100', 'captured 60'],
  ['paid', 'in two parts', 'captured 60', 'captured 40 tx-2'],
  ['disputed', 'too much was captured', 'captured 60', 'captured 60 tx-2'],
  ['paid', 'which was refunded', 'captured 60', 'captured 60 tx-2', 'refunded 20 tx-2'],
  ['partially_refunded', 'a part was refunded', 'captured 100', 'refunded 40'],
  ['refunded', 'and then the rest', 'captured 100', 'refunded 40', 'refunded 60'],
  ['disputed', 'more than there was', 'captured 100', 'refunded 40', 'refunded 61'],
  ['disputed', 'refunded without a capture', 'refunded 1'],
  ['disputed', 'the payer objects', 'captured 100', 'disputed 100'],
  ['disputed', 'also to a part', 'captured 100', 'disputed 1'],
  ['paid', 'in vain', 'captured 100', 'disputed 100', 'dispute_won 100'],
  ['disputed', 'in vain, to a part', 'captured 100', 'disputed 100', 'dispute_won 40'],
  ['disputed', 'again', 'captured 100', 'disputed 100', 'dispute_won 100', 'disputed 100'],
  ['disputed', 'and gets it back', 'captured 100', 'disputed 100', 'chargeback 100'],
  ['disputed', 'who had not objected', 'captured 100', 'chargeback 40'],
  ['paid', 'and loses it again', 'captured 100', 'disputed 100', 'chargeback 100', 'dispute_won 100'],
  [
    'disputed',
    'and gets it back in the end',
    'captured 100',
    'disputed 100',
    'dispute_won 100',
    'chargeback 100',
  ],
  [
    'disputed',
    'of another transaction than the one that was won',
    'captured 100',
    'disputed 9',
    'dispute_won 9 tx-2',
  ],
  ['disputed', 'paid in another currency', 'captured 100 EUR'],
  ['disputed', 'authorized in another currency', 'authorized 100 EUR'],
  ['disputed', 'refunded in another currency', 'captured 100', 'refunded 1 EUR'],
  ['paid', 'given back what had another one', 'captured 100 EUR', 'captured 100', 'refunded 100 EUR'],
  ['unpaid', 'failed in another currency', 'failed 100 EUR'],
];

describe('how it stands with the money of an order', () => {
  it.each(CASES)('is %s when %s', (status, _, ...texts) => {
    expect(stateOf(texts).payment_status).toBe(status);
  });

  it('is paid from the start when there is nothing to pay', () => {
    expect(stateOf([], { amount: 0 }).payment_status).toBe('paid');
    expect(stateOf(['captured 1'], { amount: 0 }).payment_status).toBe('disputed');
  });

  it('moves with the content of the order', () => {
    const paid = ['captured 100'];
    expect(stateOf(paid, { amount: 160 }).payment_status).toBe('partially_paid');
    expect(stateOf(paid, { amount: 99 }).payment_status).toBe('disputed');
    expect(stateOf(paid, { currency: 'EUR' })).toMatchObject({
      payment_status: 'disputed',
      balance: { currency: 'EUR', captured: 0 },
      other_balances: [{ currency: 'USD', captured: 100, net: 100 }],
    });
  });

  it('has a balance that adds up', () => {
    const texts = ['authorized 150', 'captured 100', 'refunded 30', 'disputed 40', 'chargeback 15'];
    expect(stateOf(texts).balance).toEqual({
      currency: 'USD',
      authorized: 50,
      captured: 100,
      refunded: 30,
      charged_back: 15,
      disputed: 25,
      net: 55,
    });
    const won = stateOf([...texts, 'dispute_won 30']).balance;
    expect(won).toMatchObject({ charged_back: 10, disputed: 0, net: 60 });
  });

  it.each([
    ['cancelled', ['captured 100', 'refunded 40'], { refund_due: 60, void_due: 0 }],
    ['cancelled', ['authorized 100'], { refund_due: 0, void_due: 100 }],
    ['cancelled', ['authorized 100', 'captured 30'], { refund_due: 30, void_due: 70 }],
    ['cancelled', ['authorized 100', 'voided 100'], { refund_due: 0, void_due: 0 }],
    ['cancelled', ['refunded 100'], { refund_due: 0, void_due: 0 }],
    ['returned', ['captured 100'], { refund_due: 100, void_due: 0 }],
    ['returned', ['authorized 100'], { refund_due: 0, void_due: 0 }],
    ['delivered', ['authorized 100', 'captured 30'], { refund_due: 0, void_due: 0 }],
  ])('says of an order that is %s, after %j, what is due', (status, texts, dues) => {
    expect(stateOf(texts, { status })).toMatchObject(dues);
  });

  it('says what is due in other currencies too', () => {
    const { refund_due, other_balances } = stateOf(['captured 7 EUR'], { status: 'cancelled' });
    expect(refund_due).toBe(0);
    expect(other_balances).toMatchObject([{ currency: 'EUR', refund_due: 7, void_due: 0 }]);
  });

  it('says nothing of whether all is paid as long as there is no order', () => {
    const waiting = (...texts: string[]) => paymentStateOf(eventsOf(...texts), undefined);
    expect(waiting('captured 100 EUR')).toMatchObject({
      payment_status: 'partially_paid',
      balance: { currency: 'EUR', net: 100 },
    });
    expect(waiting('authorized 1').payment_status).toBe('authorized');
    expect(waiting('captured 5', 'refunded 5').payment_status).toBe('refunded');
  });

  it('depends on the set of events alone, whatever their order', () => {
    fc.assert(
      fc.property(
        arbitraryPayments().chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
          ),
        ),
        fc.option(fc.constantFrom(ORDER, { ...ORDER, status: 'cancelled' }, { ...ORDER, currency: 'EUR' }), {
          nil: undefined,
        }),
        ([events, shuffled], order) => {
          expect(paymentStateOf(shuffled, order)).toEqual(paymentStateOf(events, order));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('keeps to numbers that JSON and PostgreSQL hold exactly, however much is paid', () => {
    fc.assert(
      fc.property(arbitraryPayments(), (events) => {
        const { balance, other_balances } = paymentStateOf(events, ORDER);
        for (const { currency: _, ...amounts } of [balance, ...other_balances]) {
          for (const amount of Object.values(amounts)) expect(Number.isSafeInteger(amount)).toBe(true);
        }
        const { net, captured, refunded, charged_back } = balance;
        if (refunded + charged_back < Number.MAX_SAFE_INTEGER)
          expect(net).toBe(captured - refunded - charged_back);
      }),
    );
  });
});
