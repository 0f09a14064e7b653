import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aPayment, arbitraryLife, arbitraryPayments, ORDER_UID } from './arbitrary-payments.fixture.js';
import { type KnownOrder, orderAfter } from './known-order.js';
import type { OrderPayments } from './order-payments.js';
import { announcedStateOf, type PaymentAnnouncement } from './payment-announcement.js';
import type { PaymentEvent } from './payment-event.js';
import { paymentStateOf } from './payment-state.js';
import { weigh } from './weighing.js';

const AT = '2026-01-02T03:04:05.000Z';
const RECEIVED: KnownOrder = {
  version: 1,
  contentVersion: 1,
  status: 'received',
  amount: 100,
  currency: 'USD',
};

type Delivery = { readonly event: PaymentEvent } | { readonly news: KnownOrder };

/** What comes of deliveries, one after the other. */
class Books {
  payments: OrderPayments = {
    order_uid: ORDER_UID,
    number: 0,
    order: undefined,
    state: paymentStateOf([], undefined),
  };
  readonly announcements: PaymentAnnouncement[] = [];
  private readonly ledger = new Map<string, PaymentEvent>();

  take(delivery: Delivery): void {
    let { order } = this.payments;
    if ('event' in delivery) {
      if (this.ledger.has(delivery.event.event_id)) return;
      this.ledger.set(delivery.event.event_id, delivery.event);
    } else {
      const after = orderAfter(order, delivery.news);
      if (after === undefined) return;
      order = after;
    }
    const cause = 'event' in delivery ? delivery.event.event_id : `${ORDER_UID}:${delivery.news.version}`;
    const ledger = [...this.ledger.values()];
    const { payments, announcement } = weigh(this.payments, { order, ledger, cause, at: AT });
    this.payments = payments;
    if (announcement !== undefined) this.announcements.push(announcement);
  }
}

const booksAfter = (deliveries: readonly Delivery[]): Books => {
  const books = new Books();
  for (const delivery of deliveries) books.take(delivery);
  return books;
};

/** All that came, and the same in any order, some of it more than once. */
const arbitraryDeliveries = () =>
  fc.tuple(arbitraryPayments(), arbitraryLife()).chain(([events, life]) => {
    const all: Delivery[] = [...life.map((news) => ({ news })), ...events.map((event) => ({ event }))];
    const whole = { minLength: all.length, maxLength: all.length };
    return fc.record({
      events: fc.constant(events),
      last: fc.constant(life.at(-1)!),
      deliveries: fc
        .tuple(fc.shuffledSubarray(all, whole), fc.shuffledSubarray(all))
        .map(([once, again]) => [...once, ...again]),
    });
  });

describe('an order that is weighed whenever something comes', () => {
  it('ends up the same whatever the order of arrival and however often it comes', () => {
    fc.assert(
      fc.property(arbitraryDeliveries(), ({ events, last, deliveries }) => {
        const { payments } = booksAfter(deliveries);
        expect(payments.state).toEqual(paymentStateOf(events, last));
        expect(payments.order).toMatchObject({ ...last, version: expect.any(Number) as number });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is announced with numbers that grow by one, each telling something else, the last of them the truth', () => {
    let announced = 0;
    fc.assert(
      fc.property(arbitraryDeliveries(), ({ deliveries }) => {
        const { announcements, payments } = booksAfter(deliveries);
        announced += announcements.length;
        expect(announcements.map(({ number }) => number)).toEqual(announcements.map((_, index) => index + 1));
        const states = announcements.map(
          ({ number: _n, cause: _c, content_version: _v, occurred_at: _o, order_uid: _u, ...state }) => state,
        );
        for (const [index, state] of states.entries())
          if (index > 0) expect(state).not.toEqual(states[index - 1]);
        const truth = announcedStateOf(payments.state);
        if (states.length > 0) expect({ ...states.at(-1)!, currency: truth.currency }).toEqual(truth);
        else expect(truth).toMatchObject({ payment_status: 'unpaid', captured: 0, refunded: 0, net: 0 });
      }),
      { numRuns: 1_000 },
    );
    expect(announced).toBeGreaterThan(1_000);
  });

  it('says nothing as long as the order is not there, and then what has come meanwhile, caused by the order', () => {
    const books = booksAfter([{ event: aPayment() }, { event: aPayment({ type: 'refunded', amount: 40 }) }]);
    expect(books.announcements).toEqual([]);
    books.take({ news: RECEIVED });
    expect(books.announcements).toEqual([
      {
        order_uid: ORDER_UID,
        number: 1,
        payment_status: 'partially_refunded',
        content_version: 1,
        currency: 'USD',
        captured: 100,
        refunded: 40,
        charged_back: 0,
        net: 60,
        refund_due: 0,
        void_due: 0,
        occurred_at: AT,
        cause: `${ORDER_UID}:1`,
      },
    ]);
  });

  it('says nothing of an order that nothing was paid of, whatever becomes of it', () => {
    const cancelled = { ...RECEIVED, version: 2, status: 'cancelled' };
    expect(booksAfter([{ news: RECEIVED }, { news: cancelled }]).announcements).toEqual([]);
  });

  it('names the content that it was weighed against', () => {
    const news: KnownOrder = { ...RECEIVED, version: 5, contentVersion: 2, amount: 160 };
    const { announcements } = booksAfter([{ news: RECEIVED }, { event: aPayment() }, { news }]);
    expect(announcements).toMatchObject([
      { payment_status: 'paid', content_version: 1 },
      { payment_status: 'partially_paid', content_version: 2, cause: `${ORDER_UID}:5` },
    ]);
  });

  it('keeps the life of an order that a program of an older version tells of', () => {
    const books = booksAfter([
      { news: { ...RECEIVED, status: 'cancelled', version: 2 } },
      { event: aPayment() },
      { news: { ...RECEIVED, status: undefined, version: 3, contentVersion: 3, amount: 60 } },
    ]);
    expect(books.payments).toMatchObject({
      order: { status: 'cancelled', amount: 60, version: 3 },
      state: { refund_due: 100 },
    });
  });
});
