/** What may become of an order. The place of each in the list is part of every ETag, so new ones go to the end. */
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

/** The one table of an order's life: what may follow on each status. */
export const NEXT_STATUSES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  received: ['confirmed', 'cancelled'],
  confirmed: ['packed', 'shipped', 'cancelled'],
  packed: ['shipped', 'cancelled'],
  shipped: ['delivered', 'returned'],
  delivered: ['returned'],
  cancelled: [],
  returned: [],
};

/**
 * The statuses on the shortest way from one to another, the last included and the first not; undefined where the table has
 * no way. Empty for the status that is held. `packed` is on no shortest way: that somebody has packed only the API can say.
 */
export function wayTo(from: OrderStatus, to: OrderStatus): readonly OrderStatus[] | undefined {
  let ways: OrderStatus[][] = [[]];
  while (ways.length > 0) {
    const arrived = ways.find((way) => (way.at(-1) ?? from) === to);
    if (arrived !== undefined) return arrived;
    ways = ways.flatMap((way) => NEXT_STATUSES[way.at(-1) ?? from].map((next) => [...way, next]));
  }
  return undefined;
}
