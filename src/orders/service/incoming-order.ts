import type { MayBeKeyed } from '../../platform/batching/keyed-writes.js';
import type { SourcePosition } from '../../platform/messaging/source-position.js';
import type { Order } from '../model/order.js';
import type { StoreOutcome } from '../repository/order.repository.js';

/** A valid order on its way in. */
export interface IncomingOrder extends MayBeKeyed<OrderReceipt> {
  readonly order: Order;
  readonly totalsMatch: boolean;
  /** Undefined for an order that came over HTTP. */
  readonly source?: SourcePosition;
  /** The ETags one of which the order must have to be replaced, or `*` for any; it is never stored anew then. */
  readonly ifMatch?: '*' | readonly string[];
}

/** What became of an order that came in. */
export interface OrderReceipt {
  readonly orderUid: string;
  /** `overtaken`: nothing was done, since another request with the same Idempotency-Key has done it. */
  readonly outcome: StoreOutcome | 'overtaken';
  /** The version that the order has now; 0 when there is no such order, or it was not looked at. */
  readonly version: number;
  /** Of the order that is there: when its first version came, RFC 3339 in UTC to the microsecond. */
  readonly receivedAt?: string;
  /** Of what is there now, if anything is. */
  readonly etag?: string;
}
