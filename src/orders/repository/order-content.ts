import { hash } from 'node:crypto';
import { encodeOrder } from '../model/order.codec.js';
import type { Order } from '../model/order.js';

/** Hexadecimal digits kept of a SHA-256: 128 bits, beyond any accidental collision. */
const HASH_DIGITS = 32;

/** An order's content as it is stored, compared and answered with. Serialised once. */
export interface OrderContent {
  readonly order: Order;
  /** Canonical JSON. */
  readonly text: string;
  /** Same content, same hash; 32 hexadecimal digits. */
  readonly hash: string;
}

export function contentOf(order: Order): OrderContent {
  const text = encodeOrder(order);
  return { order, text, hash: hash('sha256', text, 'hex').slice(0, HASH_DIGITS) };
}
