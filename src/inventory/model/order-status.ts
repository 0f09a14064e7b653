import { fieldRule, kindUnlessText } from '../../platform/validation/field-rules.js';

/** The life of an order, as its owner tells of it. */
const ORDER_STATUSES = [
  'received',
  'confirmed',
  'packed',
  'shipped',
  'delivered',
  'cancelled',
  'returned',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const OrderStatusName = (): PropertyDecorator =>
  fieldRule({
    name: 'orderStatus',
    schema: { type: 'string', pattern: `^(${ORDER_STATUSES.join('|')})$` },
    accepts: (value) => (ORDER_STATUSES as readonly unknown[]).includes(value),
    expected: `one of ${ORDER_STATUSES.join(', ')}`,
    found: kindUnlessText,
  });

/** Whether an order may still be changed or cancelled, so that its pieces are held and not gone. */
export const isOpen = (status: OrderStatus): boolean =>
  status === 'received' || status === 'confirmed' || status === 'packed';

/** Whether an order that is not paid for can be cancelled for that. */
export const canExpire = (status: OrderStatus): boolean => status === 'received' || status === 'confirmed';
