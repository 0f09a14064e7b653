import { Allow, IsOptional, IsString, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EDGE_VALUES, mutated, placesOf } from '../../../test/support/mutated-value.js';
import { examine } from './examination.js';
import { compileFastValidator } from './fast-validator.js';
import { aShelf, arbitraryShelf, Shelf } from './shelf.fixture.js';

const validateFast = compileFastValidator(Shelf);

describe('the fast validator of a model', () => {
  it('accepts every valid value, as class-validator does, and builds the same', () => {
    fc.assert(
      fc.property(arbitraryShelf(), (shelf) => {
        const value: unknown = JSON.parse(JSON.stringify(shelf));
        expect(examine(value, Shelf)).toStrictEqual({ instance: shelf, faults: [] });
        expect(validateFast(value)).toStrictEqual(shelf);
      }),
    );
  });

  it('never accepts what class-validator refuses', () => {
    let refused = 0;
    fc.assert(
      fc.property(mutated(arbitraryShelf()), (value) => {
        const { faults, instance } = examine(value, Shelf);
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
    placesOf(aShelf()).forEach(({ name }, index) => {
      EDGE_VALUES.forEach((edge, edgeIndex) => {
        const value = aShelf();
        const place = placesOf(value)[index]!;
        place.holder[place.name] = edge;
        if (validateFast(value) !== undefined && examine(value, Shelf).faults.length > 0)
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
      expect(() => compileFastValidator(Odd)).toThrow(TypeError);
    },
  );
});
