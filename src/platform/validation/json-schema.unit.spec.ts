import { IsString } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { jsonSchemaOf } from './json-schema.js';
import { Book, Keeper, Shelf } from './shelf.fixture.js';

describe('the JSON Schema of a model', () => {
  it('says of each field what its rule does, a rule of its own included', () => {
    expect(jsonSchemaOf(Book)).toEqual({
      type: 'object',
      required: ['isbn', 'title', 'pages', 'price', 'currency', 'weight'],
      properties: {
        isbn: { type: 'string', pattern: '^\\d{13}$' },
        title: { type: 'string' },
        pages: { type: 'integer', minimum: 1, maximum: 5_000, description: 'pages' },
        price: { type: 'integer', format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217 code' },
        weight: { type: 'number', format: 'double', description: 'kilograms' },
      },
      additionalProperties: false,
    });
    expect(jsonSchemaOf(Keeper)).toMatchObject({
      required: ['name', 'email'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 255 },
        email: { type: 'string', format: 'email', maxLength: 254 },
        phone: { type: 'string', maxLength: 255 },
      },
    });
  });

  it('refers to the classes that fields hold, where the document keeps them', () => {
    const { properties } = jsonSchemaOf(Shelf, { refPrefix: '#/$defs/' });
    expect(properties).toMatchObject({
      since: { type: 'string', format: 'date-time', maxLength: 64 },
      keeper: { $ref: '#/$defs/Keeper' },
      books: { type: 'array', items: { $ref: '#/$defs/Book' }, minItems: 1, maxItems: 1_000 },
    });
    expect(jsonSchemaOf(Shelf).properties['keeper']).toEqual({ $ref: '#/components/schemas/Keeper' });
  });

  it('lets other fields pass where they are ignored', () => {
    expect(jsonSchemaOf(Book, { unknownFields: 'ignore' }).additionalProperties).toBe(true);
  });

  it('is not made up for a rule that says nothing of one', () => {
    class Odd {
      field!: string;
    }
    IsString()(Odd.prototype, 'field');
    expect(() => jsonSchemaOf(Odd)).toThrow(/field: .* isString/);
  });
});
