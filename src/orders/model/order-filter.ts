import type { OrderStatus } from './order-life.js';
import type { PaymentStatus, ShipmentStatus } from './order-states.js';

/** A moment as exact as it was written: `date_created` may have any number of decimals. */
export interface ExactMoment {
  /** Milliseconds since the Unix epoch; what is beyond them is cut. */
  readonly ms: number;
  /** The decimals of its second, all of them, without zeros at the end. */
  readonly decimals: string;
}

/** Which orders a list is of. All that are given have to hold. */
export interface OrderFilter {
  readonly customerId?: string;
  readonly trackNumber?: string;
  readonly deliveryService?: string;
  /** Of each state any of those that are named. */
  readonly statuses?: readonly OrderStatus[];
  readonly paymentStatuses?: readonly PaymentStatus[];
  readonly shipmentStatuses?: readonly ShipmentStatus[];
  /** Orders whose `date_created` is at or after this moment. */
  readonly from?: ExactMoment;
  /** Orders whose `date_created` is before this moment. */
  readonly to?: ExactMoment;
}

/** A place in the list, newest received first: the order that the last page ended on. */
export interface ListPosition {
  /** Microseconds since the Unix epoch. */
  readonly receivedAtUs: number;
  readonly orderUid: string;
}
