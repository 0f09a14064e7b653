import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../test/support/sample-order.js';
import { sampleOrder, sampleOrderWith } from '../../../test/support/sample-order.js';
import { validateOrder } from './order.validation.js';

const MAX = Number.MAX_SAFE_INTEGER;

function orderOf(payment: JsonObject, totalPrices: unknown[]): JsonObject {
  const order = sampleOrder();
  const [item] = order.items as JsonObject[];
  return {
    ...order,
    payment: { ...(order.payment as JsonObject), ...payment },
    items: totalPrices.map((total_price) => ({ ...item, total_price })),
  };
}

function strictFaults(order: unknown) {
  const verdict = validateOrder(order, { totals: 'strict', unknownFields: 'ignore' });
  return verdict.valid ? [] : verdict.faults;
}

function isMarked(order: unknown): boolean {
  const verdict = validateOrder(order, { totals: 'warn', unknownFields: 'ignore' });
  if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
  return !verdict.totalsMatch;
}

describe('totals that add up', () => {
  it.each([
    ['the sample', sampleOrder()],
    ['nothing at all', orderOf({ amount: 0, goods_total: 0, delivery_cost: 0, custom_fee: 0 }, [0, 0])],
    [
      'the largest',
      orderOf({ amount: MAX, goods_total: MAX - 3, delivery_cost: 2, custom_fee: 1 }, [MAX - 4, 1]),
    ],
  ])('%s', (_name, order) => {
    expect(isMarked(order)).toBe(false);
    expect(strictFaults(order)).toEqual([]);
  });
});

describe('totals that do not', () => {
  it.each([
    ['an amount one too high', sampleOrderWith('payment.amount', 1818), ['payment.amount']],
    ['a fee left out', sampleOrderWith('payment.custom_fee', 1), ['payment.amount']],
    [
      'an item that costs another price',
      sampleOrderWith('items[0].total_price', 318),
      ['payment.goods_total'],
    ],
    [
      'goods one too low',
      sampleOrderWith('payment.goods_total', 316),
      ['payment.amount', 'payment.goods_total'],
    ],
    // 2^53 - 1 + 1 + 1 is 2^53 in floating point: one of the two ones is lost.
    [
      'a sum beyond the safe integers',
      orderOf({ amount: MAX, goods_total: MAX, delivery_cost: 1, custom_fee: 1 }, [MAX]),
      ['payment.amount'],
    ],
    [
      'items beyond the safe integers',
      orderOf({ amount: MAX, goods_total: MAX, delivery_cost: 0, custom_fee: 0 }, Array(1_000).fill(MAX)),
      ['payment.goods_total'],
    ],
  ])('%s is marked under warn and refused under strict', (_name, order, paths) => {
    expect(isMarked(order)).toBe(true);
    expect(strictFaults(order).map(({ path }) => path)).toEqual(paths);
  });

  it('are named with the exact sum that was expected', () => {
    const order = orderOf({ amount: 5, goods_total: MAX, delivery_cost: MAX, custom_fee: 1 }, [MAX, MAX]);
    expect(strictFaults(order)).toEqual([
      {
        path: 'payment.amount',
        pointer: '#/payment/amount',
        detail: 'must be goods_total + delivery_cost + custom_fee, which is 18014398509481983',
      },
      {
        path: 'payment.goods_total',
        pointer: '#/payment/goods_total',
        detail: 'must be the sum of total_price over the items, which is 18014398509481982',
      },
    ]);
  });
});

describe('totals beside other faults', () => {
  it('are reported with them under strict', () => {
    const order = { ...sampleOrderWith('payment.amount', 1), order_uid: '' };
    expect(strictFaults(order).map(({ path }) => path)).toEqual(['order_uid', 'payment.amount']);
  });

  it.each([
    ['payment', null],
    ['payment', [1]],
    ['payment.goods_total', '317'],
    ['items', {}],
    ['items', [null]],
    ['items[0].total_price', 1.5],
  ])('are passed over where %s is %j', (path, value) => {
    expect(strictFaults(sampleOrderWith(path, value)).map((fault) => fault.path)).toEqual([
      Array.isArray(value) && path === 'items' ? 'items[0]' : path,
    ]);
  });
});
