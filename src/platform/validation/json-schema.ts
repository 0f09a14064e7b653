import type { ModelClass } from './field-rules.js';
import type { FieldSchema, ModelSchema } from './field-schema.js';
import { fieldsOf, type ModelField } from './model-fields.js';
import type { UnknownFieldsRule } from './unknown-fields.js';

export interface JsonSchemaOptions {
  /** Where the schemas of all classes stand: `#/components/schemas/`, or `#/$defs/` in a plain JSON Schema. */
  readonly refPrefix?: string;
  /** What `additionalProperties` is: `ignore`, for events, lets any pass. */
  readonly unknownFields?: UnknownFieldsRule;
}

/**
 * The schema of a class of a model, derived from its decorators. Classes that its fields hold are referred to by their
 * names.
 *
 * A schema accepts a little more than the model: that a text holds neither NUL nor a lone surrogate, or that a currency
 * code is assigned, JSON Schema cannot say.
 *
 * @throws TypeError for a field with a rule that says nothing of a schema
 */
export function jsonSchemaOf(modelClass: ModelClass, options: JsonSchemaOptions = {}): ModelSchema {
  const { refPrefix = '#/components/schemas/', unknownFields = 'refuse' } = options;
  const fields = fieldsOf(modelClass);
  return {
    type: 'object',
    required: fields.flatMap(({ property, isOptional }) => (isOptional ? [] : [property])),
    properties: Object.fromEntries(fields.map((field) => [field.property, schemaOf(field, refPrefix)])),
    additionalProperties: unknownFields === 'ignore',
  };
}

function schemaOf({ property, rules, modelClass, isList }: ModelField, refPrefix: string): FieldSchema {
  const schemas = rules.map(({ name, definition }) => {
    if (definition === undefined)
      throw new TypeError(`${property}: no JSON Schema is known for the rule ${name}`);
    return definition.schema;
  });
  if (modelClass === undefined) return Object.assign({}, ...schemas) as FieldSchema;
  const $ref = refPrefix + modelClass.name;
  return isList ? (Object.assign({ type: 'array', items: { $ref } }, ...schemas) as FieldSchema) : { $ref };
}
