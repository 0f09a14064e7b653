import type { MayBeKeyed } from '../../platform/batching/keyed-writes.js';
import type { SourcePosition } from '../../platform/messaging/source-position.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import type { Order } from '../model/order.js';

/** A valid order on its way in. */
export interface IncomingOrder extends MayBeKeyed<OrderReceipt> {
  readonly order: Order;
  readonly totalsMatch: boolean;
  /** Not there for an order that came over HTTP. */
  readonly source?: SourcePosition;
  /** The ETags one of which the order must have to be replaced, or `*` for any; it is never stored anew then. */
  readonly ifMatch?: '*' | readonly string[];
}
