import { Allow, IsOptional, IsString, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examine } from './examination.js';
import { fastValidatorConformance } from './fast-validator.conformance.js';
import { compileFastValidator } from './fast-validator.js';
import { aShelf, arbitraryShelf, Shelf } from './shelf.fixture.js';

const validateFast = compileFastValidator(Shelf);

describe('the fast validator of a model', () => {
  it('accepts every valid value, as class-validator does, and builds the same', () => {
    fc.assert(
      fc.property(arbitraryShelf(), (shelf) => {
        const value: unknown = structuredClone(shelf);
        expect(examine(value, Shelf)).toStrictEqual({ instance: shelf, faults: [] });
        expect(validateFast(value)).toStrictEqual(shelf);
      }),
    );
  });

  fastValidatorConformance(Shelf, arbitraryShelf(), aShelf);

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
