import type { RepeatableAnswer } from '../../platform/http/idempotency-keys.js';
import { bodyOf, PROBLEM_TYPE } from '../../platform/http/problem-answer.js';
import type { ProblemContent } from '../../platform/http/problem.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import { conflictReason } from '../model/order-states.js';

export const ORDERS_PATH = '/api/orders';

/** A refusal that a request with an Idempotency-Key gets again, as it gets any other answer. */
export function repeatableProblem(problem: ProblemContent): RepeatableAnswer {
  return {
    status: problem.status,
    headers: { ...problem.headers, 'cache-control': 'no-store', 'content-type': PROBLEM_TYPE },
    body: bodyOf(problem),
  };
}

/** The one answer to an order that was taken, whichever request brought it. The same receipt gives the same answer. */
export function receiptAnswer(
  { orderUid, outcome, version, etag, states }: OrderReceipt,
  totalsMatch: boolean,
): RepeatableAnswer {
  if (outcome === 'conflicting') {
    return repeatableProblem({ status: 409, message: conflictReason(states!), headers: { etag: etag! } });
  }
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
