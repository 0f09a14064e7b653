import { invalidParameter, invalidRequest } from '../../platform/http/invalid-request.js';
import { ProblemError } from '../../platform/http/problem.js';
import { isUrlSafeId } from '../../platform/validation/url-safe-id.js';
import type { OrderValidator } from '../model/order-validator.js';
import type { IncomingOrder } from '../service/incoming-order.js';

/** @throws ProblemError 400 */
export function requireOrderUid(orderUid: string): void {
  if (isUrlSafeId(orderUid)) return;
  const detail = 'must be 1 to 64 letters, digits, hyphens and underscores';
  throw invalidParameter('order_uid', detail);
}

/** The order in a body. @throws ProblemError 400, which names every fault */
export function validOrder(validator: OrderValidator, body: Buffer | undefined): IncomingOrder {
  const verdict = validator.ofRequest(body ?? null);
  if (verdict.valid) return { order: verdict.order, totalsMatch: verdict.totalsMatch };
  throw invalidRequest('the order', verdict.faults);
}

export const noSuchOrder = (orderUid: string): ProblemError =>
  new ProblemError(404, `there is no order ${orderUid}`);
