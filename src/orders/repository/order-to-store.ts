import type { SourcePosition } from '../../platform/messaging/source-position.js';
import type { OrderContent } from './order-content.js';

export interface OrderToStore {
  readonly content: OrderContent;
  readonly totalsMatch: boolean;
  /** Microseconds since the Unix epoch; lists are sorted by it. */
  readonly receivedAtUs: number;
  /** Not there for an order that came over HTTP. */
  readonly source?: SourcePosition;
  /** The ETags one of which the order must have to be replaced, or `*` for any; it is never stored anew then. */
  readonly ifMatch?: '*' | readonly string[];
}
