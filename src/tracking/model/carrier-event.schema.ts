import type { ModelSchema } from '../../platform/validation/field-schema.js';
import { jsonSchemaOf, type JsonSchemaOptions } from '../../platform/validation/json-schema.js';
import { CarrierEvent } from './carrier-event.js';

/** The JSON Schema of a carrier event; by default as a request may bring it. */
export const carrierEventJsonSchema = (options: JsonSchemaOptions = {}): ModelSchema =>
  jsonSchemaOf(CarrierEvent, options);
