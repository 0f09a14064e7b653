import { describe, expect, it } from 'vitest';
import { compileValidator } from './model-validator.js';
import { aShelf, Book, Keeper, Shelf } from './shelf.fixture.js';

const validate = compileValidator(Shelf, 'a shelf');

function faultsOf(...args: Parameters<typeof validate>) {
  const verdict = validate(...args);
  return verdict.valid ? [] : verdict.faults;
}

describe('a valid value', () => {
  it('comes back as instances that share nothing with it', () => {
    const value = aShelf();
    const verdict = validate(value, 'refuse');
    value.keeper.name = 'changed';
    if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
    expect(verdict.model).toBeInstanceOf(Shelf);
    expect(verdict.model.keeper).toBeInstanceOf(Keeper);
    expect(verdict.model.books[0]).toBeInstanceOf(Book);
    expect(JSON.stringify(verdict.model)).toBe(JSON.stringify(aShelf()));
  });

  it('has the sign of a zero in its doubles, and in no other field', () => {
    const [book] = aShelf().books;
    const verdict = validate({ ...aShelf(), books: [{ ...book, price: -0, weight: -0 }] }, 'refuse');
    if (!verdict.valid) throw new Error(JSON.stringify(verdict.faults));
    expect(verdict.model.books[0]).toMatchObject({ price: 0, weight: -0 });
  });

  it('has the paths of fields that nobody knows where they are ignored, and nothing of them', () => {
    const value = { ...aShelf(), colour: 'blue', keeper: { ...aShelf().keeper, 'a.b': 1 } };
    const verdict = validate(value, 'ignore');
    expect(verdict).toMatchObject({ valid: true, unknownFields: ['keeper["a.b"]', 'colour'] });
    expect(JSON.stringify(verdict.model)).toBe(JSON.stringify(aShelf()));
  });
});

describe('a value that is not valid', () => {
  it('has every fault of every field, in their order, and those that nobody knows where they are refused', () => {
    const [book] = aShelf().books;
    const value = {
      ...aShelf(),
      label: '',
      books: [{ ...book, isbn: '12', pages: 0 }, null],
      keeper: { name: 'x' },
      colour: 1,
    };
    expect(faultsOf(value, 'refuse')).toEqual([
      { path: 'label', pointer: '#/label', detail: 'must be text of 1 to 255 characters, not empty text' },
      { path: 'keeper.email', pointer: '#/keeper/email', detail: 'is missing: must be an e-mail address' },
      { path: 'books[0].isbn', pointer: '#/books/0/isbn', detail: 'must be 13 digits, not text' },
      {
        path: 'books[0].pages',
        pointer: '#/books/0/pages',
        detail: 'must be a whole number from 1 to 5000, not 0',
      },
      { path: 'books[1]', pointer: '#/books/1', detail: 'must be an object, not null' },
      { path: 'colour', pointer: '#/colour', detail: 'is not a field of a shelf' },
    ]);
  });

  it('has its place before each path, where it stands in a list', () => {
    const at = { before: undefined, step: 7 };
    expect(faultsOf({ ...aShelf(), label: 1, colour: 1 }, 'refuse', at)).toMatchObject([
      { path: '[7].label', pointer: '#/7/label' },
      { path: '[7].colour', pointer: '#/7/colour' },
    ]);
    expect(faultsOf('no shelf', 'ignore', at)).toMatchObject([{ path: '[7]', pointer: '#/7' }]);
  });

  it('has 100 faults at most, and none of its fields when it is no object', () => {
    const unknown = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`f${n}`, n]));
    expect(faultsOf({ ...aShelf(), label: 1, ...unknown }, 'refuse')).toHaveLength(100);
    expect(faultsOf({ ...aShelf(), books: Array.from({ length: 200 }, () => ({})) }, 'refuse')).toHaveLength(
      100,
    );
    expect(validate([], 'refuse')).toEqual({
      valid: false,
      model: undefined,
      faults: [{ path: '', pointer: '#', detail: 'must be an object, not a list' }],
    });
  });

  it('still has the fields that could be read, for rules about several of them', () => {
    const verdict = validate({ ...aShelf(), label: 1 }, 'ignore');
    expect(verdict).toMatchObject({ valid: false, model: { since: aShelf().since } });
  });
});
