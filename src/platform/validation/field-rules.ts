/**
 * The kinds of field that a model is made of, each one class-validator constraint with a name of its own.
 *
 * What else is derived from a rule stands in its definition: the JSON Schema (json-schema.ts), and the class of the
 * object that a field holds (model-fields.ts).
 */
import { buildMessage, isEmail, isISO4217CurrencyCode, ValidateBy, ValidateIf } from 'class-validator';
import type { ValidationArguments } from 'class-validator';
import type { FieldSchema } from './field-schema.js';
import { alteredNumber } from './json-text.js';
import { isPlainEmail } from './plain-email.js';
import { isStorableDateTime, MAX_DATE_TIME_CHARACTERS } from './rfc3339.js';
import { countCharacters, isStorableText, isWellFormed } from './storable-text.js';

export type ModelClass = new () => object;

/** What is derived from a rule; the one constraint that class-validator keeps of it. */
export class RuleDefinition {
  constructor(
    /** Of the field's value; without what it refers to, which is `modelClass`. */
    readonly schema: FieldSchema,
    /** The class of the object, or of the objects of the list, that the field holds. */
    readonly modelClass?: ModelClass,
    readonly hasSignedZero: boolean = false,
  ) {}
}

/** A kind of field. A context makes its own where those below do not do. */
export interface FieldRule {
  /** By which class-validator knows it; one field has no two rules of one name. */
  readonly name: string;
  readonly schema: FieldSchema;
  readonly accepts: (value: unknown) => boolean;
  /** What is wanted: `must be ${expected}`. */
  readonly expected: string;
  /** What is there instead, in words that do not quote a text; undefined when there is nothing to say. */
  readonly found?: (value: unknown) => string | undefined;
  /** Whether -0 stays what it is; in all other fields it becomes 0. */
  readonly hasSignedZero?: boolean;
}

/** The decorator of a rule. */
export function fieldRule(rule: FieldRule): PropertyDecorator {
  return decoratorOf(rule, new RuleDefinition(rule.schema, undefined, rule.hasSignedZero));
}

/** What class-validator keeps of {@link Optional}: a field's rules are asked of what is there alone. */
export const isThere = (_model: object, value: unknown): boolean => value !== undefined;

/** A field that need not be there, for a field that holds no part and no list. `null` is a value like any other. */
export function Optional(): PropertyDecorator {
  return ValidateIf(isThere);
}

/** Short texts: names, codes and numbers-as-text that are indexed or shown in a column. */
const MAX_SHORT_TEXT_CHARACTERS = 255;

/**
 * Text that PostgreSQL can store: well-formed UTF-16 without NUL. Lengths count characters (code points), as
 * PostgreSQL and JSON Schema do; without `maxCharacters` only the size of the message bounds it.
 */
export function Text(limits: { minCharacters?: number; maxCharacters?: number } = {}): PropertyDecorator {
  const { minCharacters = 0, maxCharacters = Infinity } = limits;
  return fieldRule({
    name: 'text',
    schema: {
      type: 'string',
      ...(minCharacters > 0 && { minLength: minCharacters }),
      ...(maxCharacters !== Infinity && { maxLength: maxCharacters }),
    },
    accepts: (value) =>
      isStorableText(value) &&
      value.length >= minCharacters &&
      (value.length <= maxCharacters || countCharacters(value) <= maxCharacters),
    expected: textOf(minCharacters, maxCharacters),
    found: (value) =>
      kindOf(value) === 'text' ? `${countCharacters(value as string)} characters` : kindOf(value),
  });
}

/** A short text: at most 255 characters. */
export function ShortText(limits: { minCharacters?: number } = {}): PropertyDecorator {
  return Text({ ...limits, maxCharacters: MAX_SHORT_TEXT_CHARACTERS });
}

/** One of several texts, such as the type of an event. */
export function OneOf(texts: readonly string[]): PropertyDecorator {
  return fieldRule({
    name: 'oneOf',
    schema: { type: 'string', pattern: `^(${texts.join('|')})$` },
    accepts: (value) => (texts as readonly unknown[]).includes(value),
    expected: `one of ${texts.join(', ')}`,
    found: kindUnlessText,
  });
}

/** An address as class-validator's IsEmail has it, at most 254 characters. */
export function EmailAddress(): PropertyDecorator {
  return fieldRule({
    name: 'email',
    schema: { type: 'string', format: 'email', maxLength: 254 },
    // Storable first: isEmail throws a URIError for a lone surrogate and lets one pass in the domain.
    accepts: (value) => isStorableText(value) && (isPlainEmail(value) || isEmail(value)),
    expected: 'an e-mail address',
    found: kindUnlessText,
  });
}

/** Codes of ISO 4217's amendments 176 to 179, which class-validator's list does not have yet. */
const NEWER_CURRENCIES: ReadonlySet<string> = new Set(['XCG', 'ZWG', 'XAD']);

/** An ISO 4217 code. The standard writes capitals; isISO4217CurrencyCode alone would let `usd` pass. */
export function CurrencyCode(): PropertyDecorator {
  return fieldRule({
    name: 'currency',
    schema: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217 code' },
    accepts: (value) =>
      typeof value === 'string' &&
      /^[A-Z]{3}$/.test(value) &&
      (isISO4217CurrencyCode(value) || NEWER_CURRENCIES.has(value)),
    expected: 'an ISO 4217 currency code of three capital letters',
    found: kindUnlessText,
  });
}

/** An RFC 3339 date-time, kept as the same text: a timestamp type would forget its offset and its precision. */
export function DateTime(): PropertyDecorator {
  return fieldRule({
    name: 'dateTime',
    schema: { type: 'string', format: 'date-time', maxLength: MAX_DATE_TIME_CHARACTERS },
    accepts: (value) => typeof value === 'string' && isStorableDateTime(value),
    expected: 'an RFC 3339 date-time of a day that exists, such as 2021-11-26T06:22:19Z',
    found: kindUnlessText,
  });
}

/** A whole number that JavaScript, JSON and PostgreSQL's bigint hold exactly. `meaning` names its unit. */
export function WholeNumber(
  limits: { min?: number; max?: number; meaning?: string } = {},
): PropertyDecorator {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, meaning } = limits;
  return fieldRule({
    name: 'wholeNumber',
    schema: {
      type: 'integer',
      ...(max > 0x7fffffff && { format: 'int64' }),
      minimum: min,
      maximum: max,
      ...(meaning !== undefined && { description: meaning }),
    },
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    expected: `a whole number from ${min} to ${max}`,
  });
}

/**
 * A number as IEEE 754's double, which JavaScript and PostgreSQL's double precision share: what JSON can write, but not
 * what overflows, such as 1e400. Zero keeps its sign. `meaning` names its unit.
 */
export function FiniteNumber(meaning?: string): PropertyDecorator {
  return fieldRule({
    name: 'finiteNumber',
    schema: { type: 'number', format: 'double', ...(meaning !== undefined && { description: meaning }) },
    accepts: (value) => Number.isFinite(value),
    expected: 'a number that a double holds',
    found: (value) => (value === Infinity || value === -Infinity ? 'one beyond 1.8e308' : kindOf(value)),
    hasSignedZero: true,
  });
}

/**
 * An object of another class. Says only that it is an object: its fields are validated by whoever walks the model.
 * ValidateNested is not used, because it lets an empty list pass for an object and recurses into lists of lists until the
 * stack overflows.
 */
export function Part(modelClass: ModelClass): PropertyDecorator {
  const schema = {};
  return decoratorOf(
    { name: 'part', schema, accepts: isJsonObject, expected: 'an object' },
    new RuleDefinition(schema, modelClass),
  );
}

/** A list of `min` to `max` objects of another class; each is validated by whoever walks the model. */
export function ListOf(
  modelClass: ModelClass,
  limits: { minItems: number; maxItems: number },
): PropertyDecorator {
  const { minItems, maxItems } = limits;
  const schema: FieldSchema = { type: 'array', minItems, maxItems };
  return decoratorOf(
    {
      name: 'listOf',
      schema,
      accepts: (value) => Array.isArray(value) && value.length >= minItems && value.length <= maxItems,
      expected: `a list of ${minItems} to ${maxItems} objects`,
      found: (value) => (Array.isArray(value) ? `a list of ${value.length}` : kindOf(value)),
    },
    new RuleDefinition(schema, modelClass),
  );
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `must be an object, not null`; `is missing: must be an object`. Without `found` only what was expected. */
export function faultDetail(expected: string, value: unknown, found: string | undefined): string {
  if (value === undefined) return `is missing: must be ${expected}`;
  return found === undefined ? `must be ${expected}` : `must be ${expected}, not ${found}`;
}

/** The kind of a value, for a message. Numbers stand as they are; texts are never quoted. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (typeof value !== 'string') return typeof value;
  if (value === '') return 'empty text';
  if (value.includes('\0')) return alteredNumber(value) ?? 'text with a NUL character';
  return isWellFormed(value) ? 'text' : 'text with a lone surrogate';
}

function textOf(minCharacters: number, maxCharacters: number): string {
  if (maxCharacters === Infinity) return minCharacters === 0 ? 'text' : 'text that is not empty';
  if (minCharacters === 0) return `text of at most ${maxCharacters} characters`;
  return `text of ${minCharacters} to ${maxCharacters} characters`;
}

/** What a rule on the form of a text found: the text is not quoted, so nothing when it is text of another form. */
export function kindUnlessText(value: unknown): string | undefined {
  const kind = kindOf(value);
  return kind === 'text' ? undefined : kind;
}

function decoratorOf(
  { name, accepts, expected, found = kindOf }: FieldRule,
  definition: RuleDefinition,
): PropertyDecorator {
  const defaultMessage = buildMessage((_eachPrefix, args?: ValidationArguments) =>
    faultDetail(expected, args?.value, found(args?.value)),
  );
  return ValidateBy({ name, constraints: [definition], validator: { validate: accepts, defaultMessage } });
}
