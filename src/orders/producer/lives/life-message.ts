import { encodeOrder } from '../../model/order.codec.js';
import type { LifeEvent } from './life-plan.js';

/** An event of a life as a topic takes it. */
export interface LifeMessage {
  /** The topic's name in code. */
  readonly topic: 'orders' | 'payments' | 'delivery-events';
  readonly key: string;
  readonly value: string;
}

/** Undefined for a request, which no topic takes. */
export function messageOf(event: LifeEvent): LifeMessage | undefined {
  switch (event.to) {
    case 'orders':
      return { topic: event.to, key: event.order.order_uid, value: encodeOrder(event.order) };
    case 'payments':
      return { topic: event.to, key: event.payment.order_uid, value: JSON.stringify(event.payment) };
    case 'delivery-events':
      return {
        topic: event.to,
        key: event.carrierEvent.track_number,
        value: JSON.stringify(event.carrierEvent),
      };
    case 'status':
      return undefined;
  }
}
