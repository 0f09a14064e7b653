import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeOrder } from '../model/order.codec.js';
import { validateOrder } from '../model/order.validation.js';
import { randomTestOrder } from './test-order.js';

/** The same numbers again for the same seed, 0 and the largest below 1 among them. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    if (state % 17 === 0) return 0;
    return state % 19 === 0 ? 1 - Number.EPSILON / 2 : state / 2 ** 32;
  };
}

describe('a random test order', () => {
  it('is valid under the strictest rules, read back from its text', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const order = randomTestOrder(numbersFrom(seed));
        const verdict = validateOrder(JSON.parse(encodeOrder(order)), {
          totals: 'strict',
          unknownFields: 'refuse',
        });
        expect(verdict).toEqual({ valid: true, order, unknownFields: [], totalsMatch: true });
      }),
      { numRuns: 500 },
    );
  });

  it('has 1 to 5 items that share its track number and cost their price less the sale', () => {
    const orders = Array.from({ length: 300 }, () => randomTestOrder());
    expect(new Set(orders.map(({ items }) => items.length))).toEqual(new Set([1, 2, 3, 4, 5]));
    for (const { track_number, items } of orders) {
      for (const item of items) {
        expect(item.track_number).toBe(track_number);
        expect(item.total_price).toBe(Math.round((item.price * (100 - item.sale)) / 100));
      }
    }
  });

  it('has an order_uid of its own, even when the numbers repeat', () => {
    const uids = Array.from({ length: 1_000 }, () => randomTestOrder(() => 0.5).order_uid);
    expect(new Set(uids).size).toBe(1_000);
    expect(uids.every((uid) => uid.endsWith('test'))).toBe(true);
  });

  it('is created and paid now', () => {
    const before = Date.now();
    const { date_created, payment } = randomTestOrder();
    const after = Date.now();
    expect(Date.parse(date_created)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(date_created)).toBeLessThanOrEqual(after);
    expect(payment.payment_dt).toBe(Math.floor(Date.parse(date_created) / 1_000));
  });

  it('has names in several scripts', () => {
    const names = Array.from({ length: 300 }, () => randomTestOrder().delivery.name).join('');
    for (const script of ['Latin', 'Cyrillic', 'Han', 'Hebrew', 'Devanagari']) {
      expect(names).toMatch(new RegExp(`\\p{Script=${script}}`, 'u'));
    }
  });
});
