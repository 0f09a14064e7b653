import type { OrderStatus } from './order-status.js';

/** Which orders a list is of. All that are given have to hold. */
export interface OrderFilter {
  readonly customerId?: string;
  readonly trackNumber?: string;
  readonly deliveryService?: string;
  readonly status?: OrderStatus;
  /** Orders whose `date_created` is at or after this moment, in milliseconds since the Unix epoch. */
  readonly fromMs?: number;
  /** Orders whose `date_created` is before this moment. */
  readonly toMs?: number;
}

/** A place in the list, newest received first: the order that the last page ended on. */
export interface ListPosition {
  /** Microseconds since the Unix epoch. */
  readonly receivedAtUs: number;
  readonly orderUid: string;
}
