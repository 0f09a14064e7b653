import type { ModelSchema } from '../../platform/validation/field-schema.js';
import { jsonSchemaOf } from '../../platform/validation/json-schema.js';
import { StockAdjustment, StockCount } from './stock-request.js';

/** The JSON Schemas of what requests bring. */
export const stockSchemas = (): { StockCount: ModelSchema; StockAdjustment: ModelSchema } => ({
  StockCount: jsonSchemaOf(StockCount),
  StockAdjustment: jsonSchemaOf(StockAdjustment),
});
