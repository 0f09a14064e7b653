import type { PaymentEvent } from './payment-event.js';

/** For the descriptions: the payment of the example order. */
export const EXAMPLE_PAYMENT: PaymentEvent = {
  event_id: 'evt-b563feb7b2b84b6test-1',
  order_uid: 'b563feb7b2b84b6test',
  transaction: 'b563feb7b2b84b6test',
  type: 'captured',
  amount: 1817,
  currency: 'USD',
  occurred_at: '2021-11-26T06:25:00Z',
  provider: 'wbpay',
};
