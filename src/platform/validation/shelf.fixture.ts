import fc from 'fast-check';
import {
  arbitraryDateTime,
  arbitraryFiniteNumber,
  arbitraryShortText,
  arbitraryText,
  arbitraryWholeNumber,
} from '../../../test/support/arbitrary-fields.js';
import {
  CurrencyCode,
  DateTime,
  EmailAddress,
  fieldRule,
  FiniteNumber,
  ListOf,
  Optional,
  Part,
  ShortText,
  Text,
  WholeNumber,
} from './field-rules.js';

const MAX_BOOKS = 1_000;

/** A rule of a model's own. */
const Isbn = (): PropertyDecorator =>
  fieldRule({
    name: 'isbn',
    schema: { type: 'string', pattern: '^\\d{13}$' },
    accepts: (value) => typeof value === 'string' && /^\d{13}$/.test(value),
    expected: '13 digits',
  });

export class Book {
  @Isbn() isbn!: string;
  @Text() title!: string;
  @WholeNumber({ min: 1, max: 5_000, meaning: 'pages' }) pages!: number;
  @WholeNumber() price!: number;
  @CurrencyCode() currency!: string;
  @FiniteNumber('kilograms') weight!: number;
}

export class Keeper {
  @ShortText({ minCharacters: 1 }) name!: string;
  @EmailAddress() email!: string;
  @Optional() @ShortText() phone?: string;
}

/** A small model with every kind of field, for the specs of what is made for models. */
export class Shelf {
  @ShortText({ minCharacters: 1 }) label!: string;
  @DateTime() since!: string;
  @Part(Keeper) keeper!: Keeper;
  @ListOf(Book, { minItems: 1, maxItems: MAX_BOOKS }) books!: Book[];
}

/** A valid one, as JSON.parse returns it. */
export function aShelf() {
  return {
    label: 'A 1',
    since: '2021-11-26T06:22:19Z',
    keeper: { name: 'Zofia Żółć', email: 'zofia@example.com', phone: '+48 1' },
    books: [
      { isbn: '9780306406157', title: '王小明 🚚', pages: 317, price: 1817, currency: 'EUR', weight: 0.45 },
    ],
  };
}

export function arbitraryShelf(): fc.Arbitrary<Shelf> {
  const keeper = fc
    .record({
      name: arbitraryShortText(1),
      email: fc.stringMatching(/^[a-z0-9]{1,10}@[a-z0-9]{1,10}\.[a-z]{2,6}$/),
      phone: fc.option(arbitraryShortText(), { nil: undefined }),
    })
    .map((fields) => Object.assign(new Keeper(), fields));
  const book = fc
    .record({
      isbn: fc.stringMatching(/^[0-9]{13}$/),
      title: arbitraryText(),
      pages: fc.integer({ min: 1, max: 5_000 }),
      price: arbitraryWholeNumber(),
      currency: fc.constantFrom('USD', 'EUR', 'JPY'),
      weight: arbitraryFiniteNumber(),
    })
    .map((fields) => Object.assign(new Book(), fields));
  return fc
    .record({
      label: arbitraryShortText(1),
      since: arbitraryDateTime(),
      keeper,
      books: fc.array(book, { minLength: 1, maxLength: 3 }),
    })
    .map((fields) => Object.assign(new Shelf(), fields));
}
