/** The life of an order, as its owner tells of it. */
export const ORDER_STATUSES = [
  'received',
  'confirmed',
  'packed',
  'shipped',
  'delivered',
  'cancelled',
  'returned',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Whether an order may still be changed or cancelled, so that its pieces are held and not gone. */
export const isOpen = (status: OrderStatus): boolean =>
  status === 'received' || status === 'confirmed' || status === 'packed';

/** Whether an order that is not paid for can be cancelled for that. */
export const canExpire = (status: OrderStatus): boolean => status === 'received' || status === 'confirmed';
