import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOrder } from '../../../test/support/arbitrary-order.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { fastValidatorConformance } from '../../platform/validation/fast-validator.conformance.js';
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

  fastValidatorConformance(Order, arbitraryOrder({ totals: 'any', maxItems: 2 }), sampleOrder);
});
