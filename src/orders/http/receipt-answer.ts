import type { RepeatableAnswer } from '../../platform/http/idempotency-keys.js';
import type { OrderReceipt } from '../model/order-receipt.js';

export const ORDERS_PATH = '/api/orders';

/** The one answer to an order that was taken, whichever request brought it. The same receipt gives the same answer. */
export function receiptAnswer(
  { orderUid, outcome, version, etag }: OrderReceipt,
  totalsMatch: boolean,
): RepeatableAnswer {
  return {
    status: outcome === 'stored' ? 201 : 200,
    headers: {
      location: `${ORDERS_PATH}/${orderUid}`,
      ...(etag !== undefined && { etag }),
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify({ order_uid: orderUid, version, outcome, totals_match: totalsMatch }),
  };
}
