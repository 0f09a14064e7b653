import type { ParcelState } from './parcel.js';

/** Where the parcels of an order are, taken together. */
export const SHIPMENT_STATUSES = [
  'none',
  'partially_shipped',
  'shipped',
  'out_for_delivery',
  'failed_attempt',
  'partially_delivered',
  'delivered',
  'returned',
  'lost',
] as const;
export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number];

/** The first that holds, from the top: what somebody has to look after comes before what goes its way. */
export function shipmentStatusOf(parcels: readonly Pick<ParcelState, 'state'>[]): ShipmentStatus {
  const states = parcels.map(({ state }) => state);
  if (states.every((state) => state === null)) return 'none';
  if (states.includes('lost')) return 'lost';
  if (states.includes('failed_attempt')) return 'failed_attempt';
  if (states.includes('out_for_delivery')) return 'out_for_delivery';
  if (states.every((state) => state === 'returned')) return 'returned';
  if (states.every((state) => state === 'delivered')) return 'delivered';
  if (states.includes(null)) return 'partially_shipped';
  if (states.includes('delivered')) return 'partially_delivered';
  return 'shipped';
}
