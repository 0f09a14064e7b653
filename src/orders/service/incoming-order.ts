import type { OrderToStore } from '../repository/order-to-store.js';

/** A valid order as it was handed in; the intake adds its text and the time. */
export type IncomingOrder = Omit<OrderToStore, 'text' | 'hash' | 'receivedAtUs'>;
