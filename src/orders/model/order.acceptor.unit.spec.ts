import { Allow, IsOptional, IsString, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOrder } from '../../../test/support/arbitrary-order.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { compileAcceptor } from '../../platform/validation/fast-validator.js';
import { examine } from '../../platform/validation/examination.js';
import { Order } from './order.js';

const accept = compileAcceptor(Order);

const EDGE_VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  '',
  'text',
  '\0',
  '\ud800',
  'x'.repeat(255),
  'x'.repeat(256),
  '😀'.repeat(255),
  '😀'.repeat(256),
  0,
  -0,
  -1,
  1,
  0.5,
  100,
  101,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  Infinity,
  NaN,
  'usd',
  'EUR',
  'a@b.com',
  'a@b',
  'a@\ud800.com',
  '2021-02-30T00:00:00Z',
  '2020-02-29T00:00:00+15:59',
  'a/b',
  'u'.repeat(65),
  {},
  [],
  [[]],
  [{}],
  [null],
  { length: 1 },
  new Date(0),
  new Map(),
  Object.create(null),
];

type Place = { holder: Record<string, unknown>; name: string };

/** Every place in a JSON value where something else could stand. */
function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesOf(holder[name])]);
}

/** A valid order of which up to three places hold something else, mostly something nearly right. */
function mutatedOrders(): fc.Arbitrary<unknown> {
  const replacement = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...EDGE_VALUES) },
    {
      weight: 1,
      arbitrary: fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true }),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.double() },
    { weight: 1, arbitrary: fc.constant('remove') },
  );
  const mutation = fc.tuple(fc.nat(), replacement);
  return fc
    .tuple(arbitraryOrder({ totals: 'any', maxItems: 2 }), fc.array(mutation, { maxLength: 3 }))
    .map(([order, mutations]) => {
      const value: unknown = JSON.parse(JSON.stringify(order));
      for (const [position, other] of mutations) {
        const places = placesOf(value);
        const place = places[position % places.length];
        if (place === undefined) continue;
        if (other === 'remove') delete place.holder[place.name];
        else place.holder[place.name] = other;
      }
      return value;
    });
}

describe('the acceptor', () => {
  it('accepts every valid order, as class-validator does, and builds the same', () => {
    fc.assert(
      fc.property(arbitraryOrder({ totals: 'any' }), (order) => {
        const value: unknown = JSON.parse(JSON.stringify(order));
        const examined = examine(value, Order);
        expect(examined.faults).toEqual([]);
        expect(accept(value)).toStrictEqual(order);
        expect(examined.instance).toStrictEqual(order);
      }),
      { numRuns: 300 },
    );
  });

  it('never accepts what class-validator refuses', () => {
    let refused = 0;
    fc.assert(
      fc.property(mutatedOrders(), (value) => {
        const { faults, instance } = examine(value, Order);
        const accepted = accept(value);
        if (faults.length > 0) refused++;
        if (accepted === undefined) return;
        expect(faults).toEqual([]);
        expect(accepted).toStrictEqual(instance);
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it('never accepts one edge value in one place that class-validator refuses', () => {
    const wrong: string[] = [];
    placesOf(sampleOrder()).forEach(({ name }, index) => {
      EDGE_VALUES.forEach((edge, edgeIndex) => {
        const value = sampleOrder();
        const place = placesOf(value)[index]!;
        place.holder[place.name] = edge;
        if (accept(value) !== undefined && examine(value, Order).faults.length > 0)
          wrong.push(`${name} ${edgeIndex}`);
      });
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['IsOptional', IsOptional()],
    ['ValidateNested', ValidateNested()],
    ['Allow', Allow()],
    ['each', IsString({ each: true })],
    ['groups', IsString({ groups: ['some'] })],
  ])(
    'will not be compiled from a decorator that class-validator treats in a way of its own: %s',
    (_name, decorator) => {
      class Odd {
        field!: unknown;
      }
      decorator(Odd.prototype, 'field');
      expect(() => compileAcceptor(Odd)).toThrow(TypeError);
    },
  );
});
