import type { OrderStates } from './order-states.js';

/** What became of an order that came in. */
export interface OrderReceipt {
  readonly orderUid: string;
  /**
   * - `stored`: it was not there before
   * - `updated`: it replaced other content, and the version is one higher
   * - `unchanged`: the same content was there
   * - `stale`: a later event of the same stream has been stored already; this one was delivered again
   * - `mismatched`: it may not replace what is there, or nothing is there
   * - `conflicting`: other content, which the order may no longer get; see `mayBeReplaced`
   * - `overtaken`: nothing was done, since another request with the same Idempotency-Key has done it
   */
  readonly outcome: 'stored' | 'updated' | 'unchanged' | 'stale' | 'mismatched' | 'conflicting' | 'overtaken';
  /** The version that the order has now; 0 when there is no such order, or it was not looked at. */
  readonly version: number;
  /** Of the order that is there: when its first version came, RFC 3339 in UTC to the microsecond. */
  readonly receivedAt?: string;
  /** The ETag of what is there now; absent when nothing is there, and for an order that is `stale` or `overtaken`. */
  readonly etag?: string;
  /** The states of the order, of one that is `updated` or `conflicting`. */
  readonly states?: OrderStates;
}
