import { fieldRule, kindUnlessText } from '../../platform/validation/field-rules.js';

const ORDER_UID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text can be the id of an order at all. */
export function isOrderUid(text: string): boolean {
  return ORDER_UID_PATTERN.test(text);
}

/** The id of an order. It is the key of what is announced, and stands in URLs. */
export const OrderUid = (): PropertyDecorator =>
  fieldRule({
    name: 'orderUid',
    schema: { type: 'string', pattern: ORDER_UID_PATTERN.source, minLength: 1, maxLength: 64 },
    accepts: (value) => typeof value === 'string' && isOrderUid(value),
    expected: '1 to 64 characters out of A-Z, a-z, 0-9, _ and -',
    found: kindUnlessText,
  });
