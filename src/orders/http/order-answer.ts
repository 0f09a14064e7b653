import type { FastifyReply } from 'fastify';
import type { CacheEntry } from '../../platform/cache/cache-entry.js';
import { ProblemError } from '../../platform/http/problem.js';

const CONTENT_TYPE = 'application/json; charset=utf-8';
/** May be stored, but has to be asked for again each time; mostly the answer is 304. */
const CACHE_CONTROL = 'no-cache';

/**
 * Whether an If-None-Match field names the ETag, by weak comparison (RFC 9110, section 13.1.2): `*`, or a list of
 * ETags, each perhaps with `W/` before it.
 */
export function matchesETag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}

/** The one answer to `GET /api/orders/:order_uid` for an order that is there, whichever way it was found. */
export function sendOrder(
  reply: FastifyReply,
  entry: CacheEntry,
  ifNoneMatch: string | undefined,
  cached: boolean,
): FastifyReply {
  reply
    .header('etag', entry.etag)
    .header('cache-control', CACHE_CONTROL)
    .header('x-cache', cached ? 'HIT' : 'MISS');
  if (ifNoneMatch !== undefined && matchesETag(ifNoneMatch, entry.etag)) return reply.status(304).send();
  return reply.header('content-type', CONTENT_TYPE).send(entry.body);
}

export function orderNotFound(orderUid: string, cached: boolean): ProblemError {
  return new ProblemError(404, `there is no order ${orderUid}`, {
    headers: { 'x-cache': cached ? 'HIT' : 'MISS' },
  });
}
