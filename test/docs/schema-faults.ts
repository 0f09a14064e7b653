import type { MessageSchema as Schema } from '../../src/platform/messaging/event-facts.js';

/** The schemas that a `$ref` may name, under `#/components/schemas/`. */
export type Schemas = Readonly<Record<string, Schema>>;

const PREFIX = '#/components/schemas/';

type Check = (schema: Schema, value: unknown, schemas: Schemas, path: string) => string[];

/** The keywords of JSON Schema that the documents use; any other is a fault itself, so that none goes unchecked. */
const CHECKS: Readonly<Record<string, Check>> = {
  $ref: ({ $ref }, value, schemas, path) =>
    schemaFaults(schemas[$ref!.replace(PREFIX, '')]!, value, schemas, path),
  type: ({ type }, value, _schemas, path) => (typeOf(value) === type ? [] : [`${path} is no ${type}`]),
  const: (schema, value, _schemas, path) =>
    value === schema.const ? [] : [`${path} is not ${schema.const}`],
  enum: (schema, value, _schemas, path) =>
    schema.enum!.includes(value as string) ? [] : [`${path} is none of ${schema.enum!.join()}`],
  pattern: ({ pattern }, value, _schemas, path) =>
    new RegExp(pattern!, 'u').test(value as string) ? [] : [`${path} does not match ${pattern}`],
  format: ({ format }, value, _schemas, path) =>
    format !== 'date-time' || !Number.isNaN(Date.parse(value as string)) ? [] : [`${path} is no ${format}`],
  minLength: ({ minLength }, value, _schemas, path) =>
    [...(value as string)].length >= minLength! ? [] : [`${path} is too short`],
  maxLength: ({ maxLength }, value, _schemas, path) =>
    [...(value as string)].length <= maxLength! ? [] : [`${path} is too long`],
  minimum: ({ minimum }, value, _schemas, path) =>
    (value as number) >= minimum! ? [] : [`${path} is too small`],
  maximum: ({ maximum }, value, _schemas, path) =>
    (value as number) <= maximum! ? [] : [`${path} is too large`],
  minItems: ({ minItems }, value, _schemas, path) =>
    (value as unknown[]).length >= minItems! ? [] : [`${path} has too few items`],
  maxItems: ({ maxItems }, value, _schemas, path) =>
    (value as unknown[]).length <= maxItems! ? [] : [`${path} has too many items`],
  items: ({ items }, value, schemas, path) =>
    (value as unknown[]).flatMap((one, index) => schemaFaults(items!, one, schemas, `${path}[${index}]`)),
  required: ({ required }, value, _schemas, path) =>
    required!.filter((name) => !(name in (value as object))).map((name) => `${path}.${name} is missing`),
  properties: ({ properties }, value, schemas, path) =>
    Object.entries(value as object).flatMap(([name, one]) =>
      properties?.[name] ? schemaFaults(properties[name], one, schemas, `${path}.${name}`) : [],
    ),
  additionalProperties: ({ additionalProperties, properties }, value, _schemas, path) =>
    additionalProperties
      ? []
      : Object.keys(value as object)
          .filter((name) => !(name in (properties ?? {})))
          .map((name) => `${path}.${name} is not known`),
  description: () => [],
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** What a value breaks of a schema: one line a fault, none when it holds. */
export function schemaFaults(schema: Schema, value: unknown, schemas: Schemas, path = ''): string[] {
  const wrongType = schema.type === undefined ? [] : CHECKS.type!(schema, value, schemas, path);
  if (wrongType.length > 0) return wrongType;
  return Object.keys(schema).flatMap((keyword) => {
    const check = CHECKS[keyword];
    return check ? check(schema, value, schemas, path) : [`${path}: nothing checks ${keyword}`];
  });
}
