import { fieldRule, kindUnlessText } from './field-rules.js';

const PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
/** What {@link isUrlSafeId} wants. */
export const URL_SAFE_ID = '1 to 64 characters out of A-Z, a-z, 0-9, _ and -';
export const URL_SAFE_ID_SCHEMA = {
  type: 'string',
  pattern: PATTERN.source,
  minLength: 1,
  maxLength: 64,
} as const;

/**
 * Whether a value can be an id that is safe as it stands in a URL path, a Kafka key, a header and a file name, as that of an
 * order is; says nothing of whether there is such a thing.
 */
export function isUrlSafeId(value: unknown): value is string {
  return typeof value === 'string' && PATTERN.test(value);
}

/** Such an id as a field. */
export function UrlSafeId(): PropertyDecorator {
  return fieldRule({
    name: 'urlSafeId',
    schema: URL_SAFE_ID_SCHEMA,
    accepts: isUrlSafeId,
    expected: URL_SAFE_ID,
    found: kindUnlessText,
  });
}
