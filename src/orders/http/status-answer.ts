import type { RepeatableAnswer } from '../../platform/http/idempotency-keys.js';
import { nextStatuses } from '../model/life-rules.js';
import type { OrderStatus } from '../model/order-life.js';
import type { StatusReceipt } from '../model/status-receipt.js';
import { ORDERS_PATH, repeatableProblem } from './receipt-answer.js';

/** The one answer to a request for a status. The same receipt gives the same answer. */
export function statusAnswer(receipt: StatusReceipt, asked: OrderStatus): RepeatableAnswer {
  const { orderUid, outcome } = receipt;
  if (outcome === 'absent')
    return repeatableProblem({ status: 404, message: `there is no order ${orderUid}` });
  const { version, states, etag } = receipt;
  if (outcome === 'mismatched') {
    const detail = `does not name the ETag that the order has now, ${etag}`;
    const errors = [{ path: 'If-Match', detail }];
    return repeatableProblem({ status: 412, message: `If-Match ${detail}`, errors, headers: { etag } });
  }
  if (outcome === 'refused') {
    const next = nextStatuses(states);
    const allowed = next.length === 0 ? 'nothing' : next.join(' or ');
    const detail = `cannot be ${asked}: the order is ${states.status}, with the shipment status ${states.shipment_status}, and may become ${allowed}`;
    const errors = [{ path: 'status', pointer: '#/status', detail }];
    return repeatableProblem({ status: 409, message: `status ${detail}`, errors, headers: { etag } });
  }
  return {
    status: 200,
    headers: {
      location: `${ORDERS_PATH}/${orderUid}`,
      etag,
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify({ order_uid: orderUid, ...states, version }),
  };
}
