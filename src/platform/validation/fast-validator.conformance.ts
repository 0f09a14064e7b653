import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EDGE_VALUES, mutated, placesOf } from '../../../test/support/mutated-value.js';
import { examine } from './examination.js';
import { compileFastValidator } from './fast-validator.js';

/** That the fast validator of a model never accepts what class-validator refuses. */
export function fastValidatorConformance<T extends object>(
  modelClass: new () => T,
  valid: fc.Arbitrary<T>,
  sample: () => object,
): void {
  const validateFast = compileFastValidator(modelClass);

  it('never accepts what class-validator refuses', () => {
    let refused = 0;
    fc.assert(
      fc.property(mutated(valid), (value) => {
        const { faults, instance } = examine(value, modelClass);
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
    placesOf(sample()).forEach(({ name }, index) => {
      EDGE_VALUES.forEach((edge, edgeIndex) => {
        const value = sample();
        const place = placesOf(value)[index]!;
        place.holder[place.name] = edge;
        if (validateFast(value) !== undefined && examine(value, modelClass).faults.length > 0)
          wrong.push(`${name} ${edgeIndex}`);
      });
    });
    expect(wrong).toEqual([]);
  });
}
