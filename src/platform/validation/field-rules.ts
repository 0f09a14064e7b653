/**
 * The kinds of field that an order is made of, each one class-validator constraint with a name of its own.
 *
 * The name and the constraints of a rule are read again where the JSON Schema is derived (order.schema.ts) and
 * where the parts of an order are found (model-fields.ts): they are part of the definition, not only of a message.
 */
import { buildMessage, isEmail, isISO4217CurrencyCode, ValidateBy } from 'class-validator';
import type { ValidationArguments } from 'class-validator';
import { alteredNumber } from './json-text.js';
import { isOrderUid } from '../../orders/model/order-uid.js';
import { isPlainEmail } from './plain-email.js';
import { isStorableDateTime } from './rfc3339.js';
import { countCharacters, isStorableText, isWellFormed } from './storable-text.js';

export const RULE = {
  text: 'text',
  orderUid: 'orderUid',
  email: 'email',
  currency: 'currency',
  dateTime: 'dateTime',
  wholeNumber: 'wholeNumber',
  part: 'part',
  listOf: 'listOf',
} as const;

/** Short texts: names, codes and numbers-as-text that are indexed or shown in a column. */
const MAX_SHORT_TEXT_CHARACTERS = 255;

export type PartClass = new () => object;

/**
 * Text that PostgreSQL can store: well-formed UTF-16 without NUL. Lengths count characters (code points), as
 * PostgreSQL and JSON Schema do; without `maxCharacters` only the size of the message bounds it.
 */
export function Text(limits: { minCharacters?: number; maxCharacters?: number } = {}): PropertyDecorator {
  const { minCharacters = 0, maxCharacters = Infinity } = limits;
  return rule(
    RULE.text,
    [minCharacters, maxCharacters],
    (value) =>
      isStorableText(value) &&
      value.length >= minCharacters &&
      (value.length <= maxCharacters || countCharacters(value) <= maxCharacters),
    textOf(minCharacters, maxCharacters),
    (value) => (kindOf(value) === 'text' ? `${countCharacters(value as string)} characters` : kindOf(value)),
  );
}

/** A short text: at most 255 characters. */
export function ShortText(limits: { minCharacters?: number } = {}): PropertyDecorator {
  return Text({ ...limits, maxCharacters: MAX_SHORT_TEXT_CHARACTERS });
}

export function OrderUid(): PropertyDecorator {
  return rule(
    RULE.orderUid,
    [],
    (value) => typeof value === 'string' && isOrderUid(value),
    '1 to 64 characters out of A-Z, a-z, 0-9, _ and -',
    kindUnlessText,
  );
}

/** An address as class-validator's IsEmail has it, at most 254 characters. */
export function EmailAddress(): PropertyDecorator {
  return rule(
    RULE.email,
    [],
    // Storable first: isEmail throws a URIError for a lone surrogate and lets one pass in the domain.
    (value) => isStorableText(value) && (isPlainEmail(value) || isEmail(value)),
    'an e-mail address',
    kindUnlessText,
  );
}

/** Codes of ISO 4217's amendments 176 to 179, which class-validator's list does not have yet. */
const NEWER_CURRENCIES: ReadonlySet<string> = new Set(['XCG', 'ZWG', 'XAD']);

/** An ISO 4217 code. The standard writes capitals; isISO4217CurrencyCode alone would let `usd` pass. */
export function CurrencyCode(): PropertyDecorator {
  return rule(
    RULE.currency,
    [],
    (value) =>
      typeof value === 'string' &&
      /^[A-Z]{3}$/.test(value) &&
      (isISO4217CurrencyCode(value) || NEWER_CURRENCIES.has(value)),
    'an ISO 4217 currency code of three capital letters',
    kindUnlessText,
  );
}

/** An RFC 3339 date-time, kept as the same text: a timestamp type would forget its offset and its precision. */
export function DateTime(): PropertyDecorator {
  return rule(
    RULE.dateTime,
    [],
    (value) => typeof value === 'string' && isStorableDateTime(value),
    'an RFC 3339 date-time of a day that exists, such as 2021-11-26T06:22:19Z',
    kindUnlessText,
  );
}

/** A whole number that JavaScript, JSON and PostgreSQL's bigint hold exactly. `meaning` names its unit. */
export function WholeNumber(
  limits: { min?: number; max?: number; meaning?: string } = {},
): PropertyDecorator {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, meaning } = limits;
  return rule(
    RULE.wholeNumber,
    [min, max, meaning],
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    `a whole number from ${min} to ${max}`,
  );
}

/** Money, in whole minor units of `payment.currency` (cents, kopecks). */
export function Amount(): PropertyDecorator {
  return WholeNumber({ meaning: 'minor units of payment.currency' });
}

/**
 * An object of a class of the model. Says only that it is an object: its fields are validated by whoever walks
 * the order. ValidateNested is not used, because it lets an empty list pass for an object and recurses into
 * lists of lists until the stack overflows.
 */
export function Part(partClass: PartClass): PropertyDecorator {
  return rule(RULE.part, [partClass], isJsonObject, 'an object');
}

/** A list of `min` to `max` objects of a class of the model; each is validated by whoever walks the order. */
export function ListOf(
  partClass: PartClass,
  limits: { minItems: number; maxItems: number },
): PropertyDecorator {
  const { minItems, maxItems } = limits;
  return rule(
    RULE.listOf,
    [partClass, minItems, maxItems],
    (value) => Array.isArray(value) && value.length >= minItems && value.length <= maxItems,
    `a list of ${minItems} to ${maxItems} objects`,
    (value) => (Array.isArray(value) ? `a list of ${value.length}` : kindOf(value)),
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
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
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
function kindUnlessText(value: unknown): string | undefined {
  const kind = kindOf(value);
  return kind === 'text' ? undefined : kind;
}

function rule(
  name: string,
  constraints: unknown[],
  validate: (value: unknown) => boolean,
  expected: string,
  found: (value: unknown) => string | undefined = kindOf,
): PropertyDecorator {
  const defaultMessage = buildMessage((_eachPrefix, args?: ValidationArguments) =>
    faultDetail(expected, args?.value, found(args?.value)),
  );
  return ValidateBy({ name, constraints, validator: { validate, defaultMessage } });
}
