import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOrder } from '../../../test/support/arbitrary-order.js';
import { EDGE_VALUES, mutated, placesOf } from '../../../test/support/mutated-value.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { compileFastValidator } from '../../platform/validation/fast-validator.js';
import { examine } from '../../platform/validation/examination.js';
import { Order } from './order.js';

const validateFast = compileFastValidator(Order);

describe('the fast validator of orders', () => {
  it('accepts every valid order, as class-validator does, and builds the same', () => {
    fc.assert(
      fc.property(arbitraryOrder({ totals: 'any' }), (order) => {
        const value: unknown = JSON.parse(JSON.stringify(order));
        const examined = examine(value, Order);
        expect(examined.faults).toEqual([]);
        expect(validateFast(value)).toStrictEqual(order);
        expect(examined.instance).toStrictEqual(order);
      }),
      { numRuns: 300 },
    );
  });

  it('never accepts what class-validator refuses', () => {
    let refused = 0;
    fc.assert(
      fc.property(mutated(arbitraryOrder({ totals: 'any', maxItems: 2 })), (value) => {
        const { faults, instance } = examine(value, Order);
        const accepted = validateFast(value);
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
        if (validateFast(value) !== undefined && examine(value, Order).faults.length > 0)
          wrong.push(`${name} ${edgeIndex}`);
      });
    });
    expect(wrong).toEqual([]);
  });
});
