import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { invalidParameter } from '../../platform/http/invalid-request.js';
import { matchesETag } from '../../platform/http/conditional.js';
import type { RepeatableAnswer } from '../../platform/http/idempotency-keys.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import { type ProblemContent } from '../../platform/http/problem.js';
import { SECURITY_HEADERS } from '../../platform/http/security-headers.js';
import type { StoredMovement } from '../model/movement.js';
import type { StockReceipt } from '../model/stock-change.js';
import { availableOf, etagOf, MAX_ON_HAND, type StockLevel } from '../model/stock-level.js';
import { CHRT_ID_TEXT, chrtIdOf } from '../model/stock-request.js';

export const INVENTORY_PATH = '/api/inventory';
/** The parameter of a path, for the description of the API. */
export const CHRT_ID = { name: 'chrt_id', schema: { type: 'integer', format: 'int64', minimum: 0 } };

/** @throws ProblemError 400 */
export function requireChrtId(text: string): number {
  const chrtId = chrtIdOf(text);
  if (chrtId !== undefined) return chrtId;
  const detail = `must be ${CHRT_ID_TEXT}`;
  throw invalidParameter('chrt_id', detail);
}

export const encodeLevel = (level: StockLevel): string =>
  JSON.stringify({
    chrt_id: level.chrtId,
    nm_id: level.nmId,
    on_hand: level.onHand,
    reserved: level.reserved,
    available: availableOf(level),
  });

export const encodeMovement = (movement: StoredMovement): string =>
  JSON.stringify({
    id: movement.id,
    kind: movement.kind,
    on_hand_delta: movement.onHandDelta,
    reserved_delta: movement.reservedDelta,
    on_hand: movement.onHand,
    reserved: movement.reserved,
    order_uid: movement.orderUid,
    content_version: movement.contentVersion,
    reason: movement.reason,
    by: movement.by,
    cause: movement.cause,
    at: movement.at.toISOString(),
  });

export const unregistered = (chrtId: number): ProblemContent => ({
  status: 404,
  message: `nobody has registered the chrt_id ${chrtId}`,
});

/** The answer to `GET /api/inventory/:chrt_id`. */
export function levelAnswer(chrtId: number, level: StockLevel | undefined, request: RequestHead): Answer {
  if (level === undefined) return problemAnswer(unregistered(chrtId), request.url);
  const etag = etagOf(level);
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch !== undefined && matchesETag(ifNoneMatch, etag)) {
    return { status: 304, headers: ['etag', etag, 'cache-control', 'no-cache'] };
  }
  const body = encodeLevel(level);
  return {
    status: 200,
    // prettier-ignore
    headers: [
      'etag', etag,
      'cache-control', 'no-cache',
      'content-type', 'application/json; charset=utf-8',
      ...SECURITY_HEADERS,
      'content-length', String(body.length),
    ],
    body,
  };
}

/** The one answer to a change, whichever request brought it. The same receipt gives the same answer. */
export function receiptAnswer(receipt: StockReceipt, url: string): RepeatableAnswer {
  const problem = problemOf(receipt);
  if (problem !== undefined) {
    const { status, headers, body } = problemAnswer(problem, url);
    const pairs = headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]!]] : []));
    return { status, headers: Object.fromEntries(pairs) as Record<string, string>, body: String(body) };
  }
  const level = receipt.level!;
  return {
    status: receipt.outcome === 'registered' ? 201 : 200,
    headers: {
      ...(receipt.outcome === 'registered' && { location: `${INVENTORY_PATH}/${receipt.chrtId}` }),
      etag: etagOf(level),
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    },
    body: encodeLevel(level),
  };
}

function problemOf({ chrtId, outcome, level }: StockReceipt): ProblemContent | undefined {
  switch (outcome) {
    case 'unregistered':
      return unregistered(chrtId);
    case 'mismatched':
      return mismatched(chrtId, level);
    case 'below reserved':
      return {
        status: 409,
        message: `${level!.reserved} of ${level!.onHand} pieces are reserved: fewer than those cannot be on hand`,
        headers: { etag: etagOf(level!) },
      };
    case 'too many':
      return {
        status: 409,
        message: `more than ${MAX_ON_HAND} pieces cannot be on hand`,
        headers: { etag: etagOf(level!) },
      };
    default:
      return undefined;
  }
}

/** The 412 carries the current ETag, so that the caller can read, decide and try again. */
function mismatched(chrtId: number, level: StockLevel | undefined): ProblemContent {
  if (level === undefined) {
    const detail = 'names a level that is not there';
    const message = `nobody has registered the chrt_id ${chrtId}`;
    return { status: 412, message, errors: [{ path: 'If-Match', detail }] };
  }
  const etag = etagOf(level);
  const detail = `does not name the ETag that the level has now, ${etag}`;
  return {
    status: 412,
    message: `If-Match ${detail}`,
    errors: [{ path: 'If-Match', detail }],
    headers: { etag },
  };
}
