import type { ModelSchema } from '../../platform/validation/field-schema.js';
import { jsonSchemaOf, type JsonSchemaOptions } from '../../platform/validation/json-schema.js';
import { Delivery } from './delivery.js';
import { Item } from './item.js';
import { Order } from './order.js';
import { Payment } from './payment.js';

export interface OrderSchemas {
  Order: ModelSchema;
  Delivery: ModelSchema;
  Payment: ModelSchema;
  Item: ModelSchema;
}

/** The schemas of an order and its parts, to be placed together. That the totals add up they cannot say. */
export function orderJsonSchema(options: JsonSchemaOptions = {}): OrderSchemas {
  return {
    Order: jsonSchemaOf(Order, options),
    Delivery: jsonSchemaOf(Delivery, options),
    Payment: jsonSchemaOf(Payment, options),
    Item: jsonSchemaOf(Item, options),
  };
}
