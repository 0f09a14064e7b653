import { fieldRule, kindUnlessText } from '../../platform/validation/field-rules.js';

const ORDER_UID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
export const ORDER_UID = '1 to 64 characters out of A-Z, a-z, 0-9, _ and -';
export const ORDER_UID_SCHEMA = { type: 'string', pattern: ORDER_UID_PATTERN.source } as const;

export function isOrderUid(value: unknown): value is string {
  return typeof value === 'string' && ORDER_UID_PATTERN.test(value);
}

export const OrderUid = (): PropertyDecorator =>
  fieldRule({
    name: 'orderUid',
    schema: ORDER_UID_SCHEMA,
    accepts: isOrderUid,
    expected: ORDER_UID,
    found: kindUnlessText,
  });
