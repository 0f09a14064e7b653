import { hash } from 'node:crypto';
import type { MayBeKeyed } from '../../platform/batching/keyed-writes.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import type { SourcePosition } from '../../platform/messaging/source-position.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import { encodeOrder } from '../model/order.codec.js';
import type { Order } from '../model/order.js';

/** Hexadecimal digits kept of a SHA-256: 128 bits, beyond any accidental collision. */
const HASH_DIGITS = 32;

/** A valid order with the text that it is compared and answered with, and what its write depends on. */
export interface OrderToStore extends MayBeKeyed<OrderReceipt> {
  readonly order: Order;
  /** Canonical JSON. */
  readonly text: string;
  /** Same content, same hash; 32 hexadecimal digits. */
  readonly hash: string;
  readonly totalsMatch: boolean;
  /** Microseconds since the Unix epoch; lists are sorted by it. */
  readonly receivedAtUs: number;
  /** Absent for an order that came over HTTP. */
  readonly source?: SourcePosition;
  /** The event that it came in, for its dead letter. Absent for an order that came over HTTP. */
  readonly origin?: ReceivedEvent;
  /** The ETags one of which the order must have to be replaced, or `*` for any; it is never stored anew then. */
  readonly ifMatch?: '*' | readonly string[];
}

/** Serialises an order, once for all that is done with its text. */
export function orderToStore(
  incoming: Omit<OrderToStore, 'text' | 'hash' | 'receivedAtUs'>,
  receivedAtUs: number,
): OrderToStore {
  const { order, totalsMatch, source, origin, ifMatch, keyed } = incoming;
  const text = encodeOrder(order);
  return { order, text, hash: contentHash(text), totalsMatch, receivedAtUs, source, origin, ifMatch, keyed };
}

/** @param text the canonical JSON of an order */
export function contentHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, HASH_DIGITS);
}
