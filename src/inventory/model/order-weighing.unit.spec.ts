import { describe, expect, it } from 'vitest';
import type { KnownOrder } from './known-order.js';
import { NOTHING } from './known-order.js';
import type { OrderEvent } from './order-event.js';
import { weigh } from './order-weighing.js';
import { ImpossibleLevelError, StockSheet } from './stock-sheet.js';

const level = (chrtId: number, onHand: number, reserved = 0) => ({
  chrtId,
  nmId: 1,
  onHand,
  reserved,
  version: 1,
});
const event = (fields: Partial<OrderEvent> = {}): OrderEvent => ({
  order_uid: 'order',
  version: 2,
  content_version: 1,
  status: 'confirmed',
  payment_status: 'paid',
  change: 'status',
  items: [{ chrt_id: 7 }],
  ...fields,
});
const known = (fields: Partial<KnownOrder> = {}): KnownOrder => ({
  orderUid: 'order',
  version: 1,
  contentVersion: 1,
  status: 'received',
  outcome: 'reserved',
  missing: [],
  number: 1,
  holding: { state: 'held', contentVersion: 1, quantities: [{ chrtId: 7, quantity: 1 }] },
  ...fields,
});
const sheet = () => new StockSheet([level(7, 5, 1)]);

describe('the time from which a reservation grows old', () => {
  it.each([
    ['begins with a reservation', event({ version: 1, status: 'received' }), undefined, 'anew'],
    ['begins with the reservation of another content', event({ content_version: 2 }), known(), 'anew'],
    ['goes on when the order is confirmed', event(), known(), 'kept'],
    ['ends when the order is packed', event({ status: 'packed' }), known({ status: 'confirmed' }), 'none'],
    ['ends when the order is shipped', event({ status: 'shipped' }), known({ status: 'confirmed' }), 'none'],
    [
      'never begins for an order that holds nothing',
      event({ version: 1, status: 'received', items: [{ chrt_id: 8 }] }),
      undefined,
      'none',
    ],
    [
      'begins anew when a payment that kept the order has failed',
      event({ status: 'received', change: 'payment_status', payment_status: 'unpaid' }),
      known({ outcome: 'expiring' }),
      'anew',
    ],
  ])('%s', (_what, told, before, age) => {
    expect(weigh(told, before, sheet())?.age).toBe(age);
  });
});

describe('an event that tells nothing new', () => {
  it.each([
    ['comes again', event({ version: 1 }), known()],
    ['is of a payment', event({ status: 'received', change: 'payment_status' }), known()],
    [
      'is of a payment while the order is asked to give up',
      event({ status: 'received', change: 'payment_status' }),
      known({ outcome: 'expiring' }),
    ],
    [
      'has other content for an order that is closed',
      event({ content_version: 2 }),
      known({ status: 'cancelled', holding: NOTHING }),
    ],
  ])('%s', (_what, told, before) => {
    const untouched = sheet();
    expect(weigh(told, before, untouched)).toBeUndefined();
    expect(untouched.movements).toEqual([]);
  });
});

it('no level is ever below zero, or has more reserved than there is', () => {
  const one = new StockSheet([level(7, 1, 1)]);
  expect(() => one.move(7, { reserved: 1 }, { kind: 'reserved' })).toThrow(ImpossibleLevelError);
  expect(() => one.move(7, { reserved: -2 }, { kind: 'released' })).toThrow(ImpossibleLevelError);
  expect(() => one.move(7, { onHand: -1 }, { kind: 'adjusted' })).toThrow(ImpossibleLevelError);
  expect(one.movements).toEqual([]);
});
