import { jsonSchemaOf, type JsonSchemaOptions } from '../../platform/validation/json-schema.js';
import type { ModelSchema } from '../../platform/validation/field-schema.js';
import { PaymentEvent } from './payment-event.js';

/** The JSON Schema of a payment event; by default as a request may bring it. */
export const paymentEventJsonSchema = (options: JsonSchemaOptions = {}): ModelSchema =>
  jsonSchemaOf(PaymentEvent, options);
