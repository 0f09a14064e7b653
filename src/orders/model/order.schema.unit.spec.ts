import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../test/support/sample-order.js';
import { sampleOrder, sampleOrderWith } from '../../../test/support/sample-order.js';
import type { FieldSchema } from '../../platform/validation/field-schema.js';
import { orderJsonSchema } from './order.schema.js';
import type { OrderSchemas } from './order.schema.js';
import { validateOrder } from './order.validation.js';

const sample = sampleOrder();
const PARTS: [keyof OrderSchemas, string, JsonObject][] = [
  ['Order', '', sample],
  ['Delivery', 'delivery.', sample.delivery as JsonObject],
  ['Payment', 'payment.', sample.payment as JsonObject],
  ['Item', 'items[0].', (sample.items as JsonObject[])[0]!],
];
const FIELDS = PARTS.flatMap(([name, prefix]) =>
  Object.entries(orderJsonSchema()[name].properties).map(([property, schema]): [string, FieldSchema] => [
    prefix + property,
    schema,
  ]),
);

function isValid(path: string, value: unknown): boolean {
  return validateOrder(sampleOrderWith(path, value), { totals: 'warn', unknownFields: 'ignore' }).valid;
}

describe.each(PARTS)('%s', (name, _prefix, fields) => {
  it('requires every field of the sample, in its order, and knows no other', () => {
    const { required, properties, additionalProperties } = orderJsonSchema()[name];
    expect(required).toEqual(Object.keys(fields));
    expect(Object.keys(properties)).toEqual(Object.keys(fields));
    expect(additionalProperties).toBe(false);
  });

  it('lets other fields pass where they are ignored', () => {
    expect(orderJsonSchema({ unknownFields: 'ignore' })[name].additionalProperties).toBe(true);
  });
});

describe('the limits that the schema states are those of validation', () => {
  it.each(FIELDS.filter(([, schema]) => schema.maximum !== undefined))(
    '%s',
    (path, { minimum, maximum, type }) => {
      expect(type).toBe('integer');
      expect([isValid(path, minimum), isValid(path, minimum! - 1)]).toEqual([true, false]);
      expect([isValid(path, maximum), isValid(path, maximum! + 1)]).toEqual([true, false]);
    },
  );

  it.each(FIELDS.filter(([, schema]) => schema.type === 'string' && !schema.format && !schema.pattern))(
    '%s',
    (path, { minLength = 0, maxLength }) => {
      expect(isValid(path, '')).toBe(minLength === 0);
      expect(isValid(path, '😀'.repeat(maxLength ?? 5_000))).toBe(true);
      if (maxLength !== undefined) expect(isValid(path, 'x'.repeat(maxLength + 1))).toBe(false);
    },
  );

  it.each(FIELDS.filter(([, schema]) => schema.pattern !== undefined))('%s', (path, { pattern }) => {
    for (const text of ['USD', 'usd', 'US', 'a/b', 'a'.repeat(65), '']) {
      if (!new RegExp(pattern!, 'u').test(text)) expect(isValid(path, text)).toBe(false);
    }
  });
});

describe('the schemas of an order', () => {
  it('name the forms that texts have', () => {
    const { Order, Delivery, Payment } = orderJsonSchema();
    expect(Order.properties.order_uid).toMatchObject({ type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' });
    expect(Order.properties.date_created).toMatchObject({ type: 'string', format: 'date-time' });
    expect(Delivery.properties.email).toMatchObject({ type: 'string', format: 'email' });
    expect(Payment.properties.currency).toMatchObject({ type: 'string', pattern: '^[A-Z]{3}$' });
    expect(Payment.properties.amount).toMatchObject({ description: 'minor units of payment.currency' });
  });

  it('point to each other where the document keeps them', () => {
    const { Order } = orderJsonSchema({ refPrefix: '#/$defs/' });
    expect(Order.properties.delivery).toEqual({ $ref: '#/$defs/Delivery' });
    expect(Order.properties.payment).toEqual({ $ref: '#/$defs/Payment' });
    expect(Order.properties.items).toEqual({
      type: 'array',
      items: { $ref: '#/$defs/Item' },
      minItems: 1,
      maxItems: 1_000,
    });
    expect(orderJsonSchema().Order.properties.delivery).toEqual({ $ref: '#/components/schemas/Delivery' });
  });
});
