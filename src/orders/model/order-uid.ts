import { fieldRule, kindUnlessText } from '../../platform/validation/field-rules.js';

/** Safe as it stands in a URL path, a Kafka key, a header and a file name. */
const ORDER_UID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text can be the id of an order at all; says nothing of whether there is such an order. */
export function isOrderUid(text: string): boolean {
  return ORDER_UID_PATTERN.test(text);
}

/** The id of an order as a field of it. */
export function OrderUid(): PropertyDecorator {
  return fieldRule({
    name: 'orderUid',
    schema: { type: 'string', pattern: ORDER_UID_PATTERN.source, minLength: 1, maxLength: 64 },
    accepts: (value) => typeof value === 'string' && isOrderUid(value),
    expected: '1 to 64 characters out of A-Z, a-z, 0-9, _ and -',
    found: kindUnlessText,
  });
}
