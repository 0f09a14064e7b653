import { Allow, IsOptional, IsString, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examine } from './examination.js';
import { fastValidatorConformance } from './fast-validator.conformance.js';
import { compileFastValidator } from './fast-validator.js';
import { Optional, Part } from './field-rules.js';
import { aShelf, arbitraryShelf, Keeper, Shelf } from './shelf.fixture.js';

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

  it('lets an optional field be missing, and nothing else in its place', () => {
    const keeperOf = (fields: object) => validateFast({ ...aShelf(), keeper: fields })?.keeper;
    const [name, email] = ['Zofia', 'zofia@example.com'];
    expect(keeperOf({ name, email })).toStrictEqual(Object.assign(new Keeper(), { name, email }));
    for (const phone of [null, 7, 'x'.repeat(256)]) expect(keeperOf({ name, email, phone })).toBeUndefined();
  });

  it('will not be compiled where a part may be missing', () => {
    class Odd {
      @Optional() @Part(Keeper) keeper?: Keeper;
    }
    expect(() => compileFastValidator(Odd)).toThrow(/Odd.keeper/);
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
