import type { CacheEntry } from '../../platform/cache/cache-entry.js';
import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { matchesETag } from '../../platform/http/conditional.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import { SECURITY_HEADERS } from '../../platform/http/security-headers.js';
import { statesOfEtag } from '../model/order-etag.js';
import { FIRST_STATES, type OrderStates } from '../model/order-states.js';

const CONTENT_TYPE = 'application/json; charset=utf-8';
/** Clients may store the answer but must revalidate it each time; mostly the result is 304. */
const CACHE_CONTROL = 'no-cache';

/** The result of a look-up, and whether it came from a cache. */
export interface FoundOrder {
  readonly orderUid: string;
  /** None: there is no such order. */
  readonly entry: CacheEntry | undefined;
  readonly cached: boolean;
}

/** The one answer to `GET /api/orders/:order_uid`, whichever way the order was looked up. */
export function orderAnswer({ orderUid, entry, cached }: FoundOrder, request: RequestHead): Answer {
  const cache = cached ? 'HIT' : 'MISS';
  if (entry === undefined) {
    const message = `there is no order ${orderUid}`;
    return problemAnswer({ status: 404, message, headers: { 'x-cache': cache } }, request.url);
  }
  const { etag, body } = entry;
  const states = stateHeaders(statesOfEtag(etag) ?? FIRST_STATES);
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch !== undefined && matchesETag(ifNoneMatch, etag)) {
    const headers = ['etag', etag, 'cache-control', CACHE_CONTROL, 'x-cache', cache, ...states];
    return { status: 304, headers };
  }
  const length = String(body.length);
  return {
    status: 200,
    // prettier-ignore
    headers: [
      'etag', etag,
      'cache-control', CACHE_CONTROL,
      'x-cache', cache,
      'content-type', CONTENT_TYPE,
      ...SECURITY_HEADERS,
      ...states,
      'x-order-version', String(entry.version),
      'x-received-at', entry.constant!,
      'content-length', length,
    ],
    body,
  };
}

/** There are few hundred combinations, and one is asked for with each answer. */
const headersByStates = new Map<OrderStates, readonly string[]>();

function stateHeaders(states: OrderStates): readonly string[] {
  let headers = headersByStates.get(states);
  if (headers === undefined) {
    const { status, payment_status, shipment_status } = states;
    headers = [
      'x-order-status',
      status,
      'x-payment-status',
      payment_status,
      'x-shipment-status',
      shipment_status,
    ];
    headersByStates.set(states, headers);
  }
  return headers;
}
