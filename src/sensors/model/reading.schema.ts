import { jsonSchemaOf } from '../../platform/validation/json-schema.js';
import type { ModelSchema } from '../../platform/validation/field-schema.js';
import { Reading } from './reading.js';

/** The JSON Schema of a reading as a request may bring it. */
export const readingJsonSchema = (): ModelSchema => jsonSchemaOf(Reading);
