import type { Parcel } from './announcement.js';
import { ORDER_STATUSES, type OrderStatus } from './order-life.js';

/** What an order may wait for too long: the next step of its life, or a parcel that was promised. */
export const WAITS = ['confirmation', 'shipment', 'delivery', 'promise'] as const;
export type Wait = (typeof WAITS)[number];
/** Those that an order's status tells. */
export type LifeWait = Exclude<Wait, 'promise'>;

/** What an order of each status waits for; nothing follows on the others that anybody waits for. */
const WAIT_OF: Readonly<Partial<Record<OrderStatus, LifeWait>>> = {
  received: 'confirmation',
  confirmed: 'shipment',
  packed: 'shipment',
  shipped: 'delivery',
};

export const waitOf = (status: OrderStatus): LifeWait | undefined => WAIT_OF[status];

/** The statuses of orders that wait for something. */
export const statusesThatWaitFor = (wait: LifeWait): OrderStatus[] =>
  ORDER_STATUSES.filter((status) => WAIT_OF[status] === wait);

/**
 * When the first of the parcels that are under way is expected, in milliseconds since the Unix epoch; undefined where none is.
 * Parcels that have ended their way are expected no more.
 */
export function promisedAtMs(parcels: readonly Pick<Parcel, 'estimated_at'>[]): number | undefined {
  const moments = parcels
    .map(({ estimated_at }) => Date.parse(estimated_at?.toUpperCase() ?? ''))
    .filter((ms) => !Number.isNaN(ms));
  return moments.length === 0 ? undefined : moments.reduce((first, ms) => Math.min(first, ms));
}
