/** `received` is an order seen for the first time; `updated` is other content under a known `order_uid`. */
export const ORDER_STATUSES = ['received', 'updated'] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];
