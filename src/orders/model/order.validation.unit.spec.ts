import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../test/support/sample-order.js';
import { sampleOrder, sampleOrderWith } from '../../../test/support/sample-order.js';
import { Delivery } from './delivery.js';
import { Item } from './item.js';
import { Order } from './order.js';
import { validateOrder } from './order.validation.js';
import type { OrderRules } from './order.validation.js';
import { Payment } from './payment.js';

const LENIENT: OrderRules = { totals: 'warn', unknownFields: 'ignore' };
const STRICT: OrderRules = { totals: 'strict', unknownFields: 'refuse' };

function faultsOf(value: unknown, rules: OrderRules = LENIENT) {
  const verdict = validateOrder(value, rules);
  return verdict.valid ? [] : verdict.faults;
}

function pathsOf(value: unknown, rules: OrderRules = LENIENT): string[] {
  return faultsOf(value, rules).map(({ path }) => path);
}

describe('an order that is valid', () => {
  it('comes back as instances of the model, field for field and in the order of the model', () => {
    const backwards = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(backwards);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, field]) => [name, backwards(field)]),
      );
    };

    const verdict = validateOrder(backwards(sampleOrder()), STRICT);

    if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
    expect(verdict).toMatchObject({ unknownFields: [], totalsMatch: true });
    expect(verdict.order).toBeInstanceOf(Order);
    expect(verdict.order.delivery).toBeInstanceOf(Delivery);
    expect(verdict.order.payment).toBeInstanceOf(Payment);
    expect(verdict.order.items[0]).toBeInstanceOf(Item);
    expect(JSON.stringify(verdict.order)).toBe(JSON.stringify(sampleOrder()));
  });

  it('shares nothing with the value it was made from', () => {
    const input = sampleOrder();
    const verdict = validateOrder(input, STRICT);
    (input.delivery as JsonObject).name = 'changed';
    (input.items as unknown[]).push(null);

    expect(JSON.stringify(verdict.valid && verdict.order)).toBe(JSON.stringify(sampleOrder()));
  });

  it.each(['payment.custom_fee', 'sm_id', 'items[0].sale'])('holds 0 where %s came as -0', (path) => {
    const verdict = validateOrder(sampleOrderWith(path, -0), LENIENT);
    if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
    const { payment, sm_id, items } = verdict.order;
    expect([payment.custom_fee, sm_id, items[0]!.sale].filter((number) => Object.is(number, -0))).toEqual([]);
  });

  it('has up to 1,000 items and not one more', () => {
    const [item] = sampleOrder().items as unknown[];
    expect(faultsOf(sampleOrderWith('items', Array(1_000).fill(item)))).toEqual([]);
    expect(faultsOf(sampleOrderWith('items', Array(1_001).fill(item)))).toEqual([
      {
        path: 'items',
        pointer: '#/items',
        detail: 'must be a list of 1 to 1000 objects, not a list of 1001',
      },
    ]);
  });
});

describe('a value that is no order at all', () => {
  it.each([[null], [undefined], [[]], [[sampleOrder()]], [42], [NaN], ['text'], [''], [true]])(
    '%j',
    (value) => {
      expect(pathsOf(value)).toEqual(['']);
      expect(pathsOf(value, STRICT)).toEqual(['']);
    },
  );

  it('an empty object lacks every field', () => {
    expect(pathsOf({})).toEqual(Object.keys(sampleOrder()));
  });
});

describe('the faults of an order', () => {
  it('are all reported at once, each with its path, in the order of the fields', () => {
    const order = sampleOrder();
    const [item] = order.items as JsonObject[];
    Object.assign(order, {
      order_uid: 'a/b',
      track_number: '',
      delivery: { ...(order.delivery as JsonObject), email: 'nobody', name: 7 },
      payment: { ...(order.payment as JsonObject), amount: -1, currency: 'usd' },
      items: [item, { ...item, sale: 101, brand: undefined }, null, [], { ...item, price: '1' }],
      oof_shard: undefined,
    });

    expect(pathsOf(order)).toEqual([
      'order_uid',
      'track_number',
      'delivery.name',
      'delivery.email',
      'payment.currency',
      'payment.amount',
      'items[1].sale',
      'items[1].brand',
      'items[2]',
      'items[3]',
      'items[4].price',
      'oof_shard',
    ]);
  });

  it('say what is wrong and what was expected, and quote no text of the sender', () => {
    const details = (path: string, value: unknown) =>
      faultsOf(sampleOrderWith(path, value)).map(({ detail }) => detail);

    expect(details('payment.amount', -1)).toEqual([
      'must be a whole number from 0 to 9007199254740991, not -1',
    ]);
    expect(details('items[0].sale', '30')).toEqual(['must be a whole number from 0 to 100, not text']);
    expect(details('order_uid', 'secret value')).toEqual([
      'must be 1 to 64 characters out of A-Z, a-z, 0-9, _ and -',
    ]);
    expect(details('track_number', '')).toEqual(['must be text of 1 to 255 characters, not empty text']);
    expect(details('entry', '😀'.repeat(256))).toEqual([
      'must be text of at most 255 characters, not 256 characters',
    ]);
    expect(details('delivery.name', 'a\0b')).toEqual([
      'must be text that is not empty, not text with a NUL character',
    ]);
    expect(details('delivery.city', '\ud800')).toEqual(['must be text, not text with a lone surrogate']);
    expect(details('delivery', undefined)).toEqual(['is missing: must be an object']);
    expect(details('items', [null])).toEqual(['must be an object, not null']);
  });

  it('are at most 100', () => {
    expect(faultsOf(sampleOrderWith('items', Array(500_000).fill({})))).toHaveLength(100);
    expect(faultsOf(sampleOrderWith('items', Array(500_000).fill(null)), STRICT)).toHaveLength(100);
  });
});

describe('unknown fields', () => {
  function orderWithUnknownFields(): JsonObject {
    const order = sampleOrder();
    order.colour = 'blue';
    (order.delivery as JsonObject)['floor.door'] = 1;
    (order.payment as JsonObject).tip = null;
    Object.assign((order.items as JsonObject[])[0]!, { constructor: {} });
    return order;
  }
  const PATHS = ['delivery["floor.door"]', 'payment.tip', 'items[0].constructor', 'colour'];

  it('are ignored and named for an event', () => {
    const verdict = validateOrder(orderWithUnknownFields(), LENIENT);
    expect(verdict).toMatchObject({ valid: true, unknownFields: PATHS });
    expect(JSON.stringify(verdict.valid && verdict.order)).toBe(JSON.stringify(sampleOrder()));
  });

  it('are refused by name for a POST, beside the other faults', () => {
    expect(faultsOf(orderWithUnknownFields(), STRICT)).toMatchObject(
      PATHS.map((path) => ({ path, detail: 'is not a field of an order' })),
    );
    expect(pathsOf({ ...orderWithUnknownFields(), sm_id: -1 }, STRICT)).toEqual(['sm_id', ...PATHS]);
  });

  it('called __proto__ never touch a prototype', () => {
    const text = JSON.stringify(sampleOrder()).replaceAll('{', '{"__proto__":{"polluted":true,"items":1},');
    const verdict = validateOrder(JSON.parse(text), LENIENT);

    if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
    expect(verdict.unknownFields).toEqual([
      'delivery.__proto__',
      'payment.__proto__',
      'items[0].__proto__',
      '__proto__',
    ]);
    expect(Object.getPrototypeOf(verdict.order)).toBe(Order.prototype);
    expect('polluted' in verdict.order || 'polluted' in verdict.order.delivery || 'polluted' in {}).toBe(
      false,
    );
  });

  it('do not stand in for fields through __proto__', () => {
    const text = JSON.stringify(sampleOrder()).replace(
      '"delivery":{',
      '"delivery":{"__proto__":{"name":"x"},"nom":"",',
    );
    const value = JSON.parse(text) as { delivery: JsonObject };
    delete value.delivery.name;
    expect(pathsOf(value)).toEqual(['delivery.name']);
  });

  it('are named up to 100, with names cut that are endless', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`x${index}`, 1]));
    const verdict = validateOrder({ ...sampleOrder(), ...many }, LENIENT);
    expect(verdict.valid && verdict.unknownFields).toHaveLength(100);

    for (const name of ['\0'.repeat(100_000), 'x'.repeat(100_000)]) {
      const [path] = pathsOf({ ...sampleOrder(), [name]: 1 }, STRICT);
      expect(path!.length).toBeLessThan(500);
      expect(path).not.toContain('\0');
    }
  });
});

describe('absurd nesting', () => {
  const nested = (depth: number, open: string, close: string) =>
    JSON.parse(open.repeat(depth) + close.repeat(depth)) as unknown;
  const lists = nested(40_000, '[', ']');
  const objects = JSON.parse('{"a":'.repeat(40_000) + '1' + '}'.repeat(40_000)) as unknown;

  it.each(['delivery', 'payment', 'delivery.name', 'payment.amount', 'items[0].sale', 'date_created'])(
    'of lists in %s is a fault of it',
    (path) => {
      expect(pathsOf(sampleOrderWith(path, lists))).toEqual([path]);
    },
  );

  it('of lists or objects in items is a fault of the element', () => {
    expect(pathsOf(sampleOrderWith('items', lists))).toEqual(['items[0]']);
    expect(pathsOf(sampleOrderWith('items', [objects]))).toContain('items[0].chrt_id');
  });

  it('of objects where text is expected is a fault of the field', () => {
    expect(pathsOf(sampleOrderWith('delivery.city', objects))).toEqual(['delivery.city']);
  });

  it('in an unknown field is ignored with it', () => {
    const verdict = validateOrder({ ...sampleOrder(), x: lists, y: objects }, LENIENT);
    expect(verdict).toMatchObject({ valid: true, unknownFields: ['x', 'y'] });
  });
});
