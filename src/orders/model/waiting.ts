import type { Parcel } from './announcement.js';

/** What an order may wait for too long: the next step of its life, or a parcel that was promised. */
export const WAITS = ['confirmation', 'shipment', 'delivery', 'promise'] as const;
export type Wait = (typeof WAITS)[number];
/** Those that an order's status tells: the database has it, as `order_wait`. */
export type LifeWait = Exclude<Wait, 'promise'>;

/** No carrier promises anything outside of these years, and PostgreSQL has not all that ECMAScript has. */
const [FIRST_MS, LAST_MS] = [0, Date.UTC(9999, 11, 31)];

/**
 * When the first of the parcels that are under way is expected, in milliseconds since the Unix epoch; undefined where none is.
 * Parcels that have ended their way are expected no more. A time before 1970 or after 9999 is none: the texts are of any carrier.
 */
export function promisedAtMs(parcels: readonly Pick<Parcel, 'estimated_at'>[]): number | undefined {
  const moments = parcels
    .map(({ estimated_at }) => Date.parse(estimated_at?.toUpperCase() ?? ''))
    .filter((ms) => ms >= FIRST_MS && ms <= LAST_MS);
  return moments.length === 0 ? undefined : moments.reduce((first, ms) => Math.min(first, ms));
}
