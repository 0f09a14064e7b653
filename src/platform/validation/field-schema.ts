/** The part of JSON Schema (draft 2020-12) that OpenAPI 3.0, OpenAPI 3.1 and AsyncAPI 3 understand alike. */
export interface FieldSchema {
  $ref?: string;
  type?: 'string' | 'integer' | 'number' | 'array';
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

/** Of a class of a model: its fields, of which those that are not optional have to be there. */
export interface ModelSchema {
  type: 'object';
  required: string[];
  properties: Record<string, FieldSchema>;
  additionalProperties: boolean;
}
