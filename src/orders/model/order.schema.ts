import { RULE } from '../../platform/validation/field-rules.js';
import type { PartClass } from '../../platform/validation/field-rules.js';
import { Delivery } from './delivery.js';
import { Item } from './item.js';
import { fieldsOf } from '../../platform/validation/model-fields.js';
import type { FieldRule } from '../../platform/validation/model-fields.js';
import { ORDER_UID_PATTERN } from './order-uid.js';
import { Order } from './order.js';
import type { OrderRules } from './order.validation.js';
import { Payment } from './payment.js';
import { MAX_DATE_TIME_CHARACTERS } from '../../platform/validation/rfc3339.js';

/** The part of JSON Schema (draft 2020-12) that OpenAPI 3.0, OpenAPI 3.1 and AsyncAPI 3 understand alike. */
export interface FieldSchema {
  $ref?: string;
  type?: 'string' | 'integer' | 'array';
  description?: string;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: FieldSchema;
}

export interface PartSchema {
  type: 'object';
  required: string[];
  properties: Record<string, FieldSchema>;
  additionalProperties: boolean;
}

export interface OrderSchemas {
  Order: PartSchema;
  Delivery: PartSchema;
  Payment: PartSchema;
  Item: PartSchema;
}

/**
 * The schemas of an order and its parts, derived from the decorators of the classes, to be placed together under
 * `refPrefix` (`#/components/schemas/`, or `#/$defs/` in a plain JSON Schema). `unknownFields` says what
 * `additionalProperties` is: `ignore`, for events, lets any pass.
 *
 * A schema accepts a little more than the model: that a text holds neither NUL nor a lone surrogate, that a
 * currency code is assigned, and that the totals add up, JSON Schema cannot say.
 */
export function orderJsonSchema(
  options: { refPrefix?: string; unknownFields?: OrderRules['unknownFields'] } = {},
): OrderSchemas {
  const { refPrefix = '#/components/schemas/', unknownFields = 'refuse' } = options;
  const schemaOf = (modelClass: PartClass): PartSchema => {
    const fields = fieldsOf(modelClass);
    const properties = fields.map(({ property, rules }): [string, FieldSchema] => [
      property,
      Object.assign({}, ...rules.map((rule) => schemaOfRule(rule, refPrefix))) as FieldSchema,
    ]);
    return {
      type: 'object',
      required: fields.map(({ property }) => property),
      properties: Object.fromEntries(properties),
      additionalProperties: unknownFields === 'ignore',
    };
  };
  return {
    Order: schemaOf(Order),
    Delivery: schemaOf(Delivery),
    Payment: schemaOf(Payment),
    Item: schemaOf(Item),
  };
}

function schemaOfRule({ name, constraints }: FieldRule, refPrefix: string): FieldSchema {
  switch (name) {
    case RULE.text:
      return textSchema(constraints[0] as number, constraints[1] as number);
    case RULE.orderUid:
      return { type: 'string', pattern: ORDER_UID_PATTERN.source, minLength: 1, maxLength: 64 };
    case RULE.email:
      return { type: 'string', format: 'email', maxLength: 254 };
    case RULE.currency:
      return { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217 code' };
    case RULE.dateTime:
      return { type: 'string', format: 'date-time', maxLength: MAX_DATE_TIME_CHARACTERS };
    case RULE.wholeNumber:
      return wholeNumberSchema(constraints[0] as number, constraints[1] as number, constraints[2]);
    case RULE.part:
      return { $ref: refTo(constraints[0], refPrefix) };
    case RULE.listOf:
      return {
        type: 'array',
        items: { $ref: refTo(constraints[0], refPrefix) },
        minItems: constraints[1] as number,
        maxItems: constraints[2] as number,
      };
    default:
      throw new TypeError(`no JSON Schema is known for the rule ${name}`);
  }
}

function textSchema(minLength: number, maxLength: number): FieldSchema {
  return {
    type: 'string',
    ...(minLength > 0 && { minLength }),
    ...(maxLength !== Infinity && { maxLength }),
  };
}

function wholeNumberSchema(minimum: number, maximum: number, meaning: unknown): FieldSchema {
  return {
    type: 'integer',
    ...(maximum > 0x7fffffff && { format: 'int64' }),
    minimum,
    maximum,
    ...(typeof meaning === 'string' && { description: meaning }),
  };
}

function refTo(partClass: unknown, refPrefix: string): string {
  return refPrefix + (partClass as PartClass).name;
}
