import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEXT_STATUSES, ORDER_STATUSES, type OrderStatus, wayTo } from './order-life.js';

const status = fc.constantFrom<OrderStatus>(...ORDER_STATUSES);

describe('the way from one status to another', () => {
  it.each<[OrderStatus, OrderStatus, OrderStatus[] | undefined]>([
    ['received', 'received', []],
    ['received', 'shipped', ['confirmed', 'shipped']],
    ['received', 'returned', ['confirmed', 'shipped', 'returned']],
    ['packed', 'delivered', ['shipped', 'delivered']],
    ['confirmed', 'packed', ['packed']],
    ['shipped', 'confirmed', undefined],
    ['shipped', 'cancelled', undefined],
    ['cancelled', 'shipped', undefined],
    ['returned', 'delivered', undefined],
  ])('from %s to %s', (from, to, way) => {
    expect(wayTo(from, to)).toEqual(way);
  });

  it('walks the table, ends where it should, and packs nothing by itself', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        const way = wayTo(from, to);
        if (way === undefined) return;
        let held = from;
        for (const next of way) {
          expect(NEXT_STATUSES[held]).toContain(next);
          if (next !== to) expect(next).not.toBe('packed');
          held = next;
        }
        expect(held).toBe(to);
      }),
    );
  });

  it('never leads back', () => {
    for (const from of ORDER_STATUSES) {
      for (const to of ORDER_STATUSES) {
        if (from !== to && wayTo(from, to) !== undefined) expect(wayTo(to, from)).toBeUndefined();
      }
    }
  });
});
