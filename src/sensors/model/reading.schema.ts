import { jsonSchemaOf, type JsonSchemaOptions } from '../../platform/validation/json-schema.js';
import type { ModelSchema } from '../../platform/validation/field-schema.js';
import { Reading } from './reading.js';

/** The JSON Schema of a reading; by default as a request may bring it. */
export const readingJsonSchema = (options: JsonSchemaOptions = {}): ModelSchema =>
  jsonSchemaOf(Reading, options);
