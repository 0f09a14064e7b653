import type { Order } from '../../model/order.js';
import { randomTestOrder } from '../test-order.js';
import { lifeKind, type LifeKindName } from './life-kinds.js';

/**
 * A made-up order that is to lead a life of the kind: with as many parcels as that has, under track numbers that no other
 * order has, and with the kind in its `customer_id`, by which such orders are found.
 */
export function orderForLife(random: () => number, kind: LifeKindName): Order {
  const { parcels } = lifeKind(kind);
  const order = randomTestOrder(random, { minItems: parcels });
  const trackNumber = `WBTEST${order.order_uid.slice(0, 12).toUpperCase()}`;
  const numbers = Array.from(
    { length: parcels },
    (_, parcel) => `${trackNumber}${parcel === 0 ? '' : `-${parcel + 1}`}`,
  );
  order.track_number = trackNumber;
  order.items.forEach((item, index) => void (item.track_number = numbers[index % parcels]!));
  order.customer_id = customerOf(kind);
  return order;
}

/** The customer of all made-up orders that lead a life of the kind. */
export const customerOf = (kind: LifeKindName): string => `test-${kind}`;
