/** `received` is an order seen for the first time; `updated` is other content under a known `order_uid`. */
export const ORDER_STATUSES = ['received', 'updated'] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** The first version of an order is received, and every other one an update of it. */
export function statusOfVersion(version: number): OrderStatus {
  return version === 1 ? 'received' : 'updated';
}
