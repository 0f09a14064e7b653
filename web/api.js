/** A server that has not answered by then is taken for away. */
const ANSWER_TIMEOUT_MS = 10_000;
const STORED_TIMEOUT_MS = 10_000;
const FIRST_POLL_PAUSE_MS = 60;
const LONGEST_POLL_PAUSE_MS = 1_000;

/** What an order id may be; the server holds the same rule. */
const ORDER_UID = /^[A-Za-z0-9_-]{1,64}$/;

/** @typedef {'bad-id' | 'not-found' | 'refused' | 'away'} FailureKind */

/** An answer that is not the one asked for: what kind it is, and a sentence that a reader can use. */
export class ApiFailure extends Error {
  /**
   * @param {FailureKind} kind `away`: nothing, or a fault of the server's, so trying again may help
   * @param {string} message
   */
  constructor(kind, message) {
    super(message);
    this.name = 'ApiFailure';
    this.kind = kind;
  }
}

/**
 * @typedef {object} FoundOrder
 * @property {any} order the order's JSON as the API gives it
 * @property {string | null} etag
 * @property {number | undefined} version
 * @property {string | undefined} status
 * @property {string | null} cache the X-Cache header
 * @property {number} tookMs from asking to having read the body
 */

/**
 * Looks one order up. Asks the server each time: the browser's copy is only used after the server confirmed it.
 *
 * @param {string} orderUid
 * @param {AbortSignal} [signal]
 * @returns {Promise<FoundOrder>}
 * @throws {ApiFailure}
 */
export async function fetchOrder(orderUid, signal) {
  // Also keeps `.` and `..` out of the path, which no encoding would.
  if (!ORDER_UID.test(orderUid)) throw new ApiFailure('bad-id', explainBadId(orderUid));
  const startedMs = performance.now();
  const response = await ask(orderPath(orderUid), { signal, cache: 'no-cache' });
  const order = await readJson(response);
  return {
    order,
    etag: response.headers.get('etag'),
    version: numberIn(response.headers.get('x-order-version')),
    status: response.headers.get('x-order-status') ?? undefined,
    cache: response.headers.get('x-cache'),
    tookMs: performance.now() - startedMs,
  };
}

/**
 * One page of orders, newest received first.
 *
 * @param {string} path from `firstPage`, or `next` of the page before
 * @returns {Promise<{ orders: any[], next: string | undefined }>} summaries
 * @throws {ApiFailure}
 */
export async function fetchOrders(path) {
  const response = await ask(path, { cache: 'no-cache' });
  const orders = await readJson(response);
  if (!Array.isArray(orders)) throw new ApiFailure('away', 'The list of orders could not be read.');
  return { orders, next: nextPath(response.headers.get('link')) };
}

/** @param {number} limit orders at most */
export function firstPage(limit) {
  return `/api/orders?view=summary&limit=${limit}`;
}

/**
 * Has the server make a random order and send it on its way.
 *
 * @returns {Promise<string>} its order_uid; it is stored a moment later
 * @throws {ApiFailure}
 */
export async function sendTestOrder() {
  const response = await ask('/api/orders/test', { method: 'POST' });
  const body = await readJson(response);
  return String(body.order_uid);
}

/**
 * Asks for an order until it is stored.
 *
 * @param {string} orderUid
 * @returns {Promise<FoundOrder>}
 * @throws {ApiFailure} `not-found` when it is not there in ten seconds
 */
export async function waitUntilStored(orderUid) {
  const deadlineMs = performance.now() + STORED_TIMEOUT_MS;
  for (let pauseMs = FIRST_POLL_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_POLL_PAUSE_MS)) {
    try {
      return await fetchOrder(orderUid);
    } catch (failure) {
      const notYet = failure instanceof ApiFailure && failure.kind === 'not-found';
      if (!notYet || performance.now() + pauseMs > deadlineMs) throw failure;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** @param {string} orderUid */
export function orderPath(orderUid) {
  return `/api/orders/${encodeURIComponent(orderUid)}`;
}

/**
 * @param {string} path
 * @param {RequestInit} init
 * @returns {Promise<Response>} one with a 2xx status
 */
async function ask(path, { signal, ...init }) {
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  let response;
  try {
    response = await fetch(path, { ...init, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  } catch (cause) {
    throw asFailure(cause, signal);
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

/** @param {Response} response */
async function readJson(response) {
  try {
    return await response.json();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ApiFailure('away', 'The answer could not be read.');
    throw asFailure(cause);
  }
}

/**
 * @param {unknown} cause
 * @param {AbortSignal | null} [signal]
 * @returns {unknown} the cause itself when the caller called the request off
 */
function asFailure(cause, signal) {
  if (signal?.aborted || (cause instanceof DOMException && cause.name === 'AbortError')) return cause;
  const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
  return new ApiFailure(
    'away',
    timedOut
      ? `The server did not answer within ${ANSWER_TIMEOUT_MS / 1000} seconds.`
      : 'The server could not be reached.',
  );
}

/**
 * @param {Response} response
 * @returns {Promise<ApiFailure>} with the words of its problem document (RFC 9457) where it has one
 */
async function failureOf(response) {
  const problem = await response.json().catch(() => ({}));
  const words = asSentence(
    String(problem.detail || problem.title || `the server answered ${response.status}`),
  );
  if (response.status === 404) return new ApiFailure('not-found', words);
  if (response.status === 400) return new ApiFailure('bad-id', words);
  return new ApiFailure(response.status >= 500 || response.status === 429 ? 'away' : 'refused', words);
}

/** @param {string} words the server's, which start small and end without a stop */
function asSentence(words) {
  return words.charAt(0).toUpperCase() + words.slice(1) + (words.endsWith('.') ? '' : '.');
}

/** @param {string} orderUid */
function explainBadId(orderUid) {
  if (orderUid.length > 64) return `An order ID has at most 64 characters; this one has ${orderUid.length}.`;
  return 'An order ID has only letters A to Z, digits, hyphens and underscores.';
}

/** @param {string | null} header */
function numberIn(header) {
  return header === null ? undefined : Number(header);
}

/**
 * The path of the `rel="next"` link of a Link header (RFC 8288), if it is on this host.
 *
 * @param {string | null} header
 */
function nextPath(header) {
  const match = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(header ?? '');
  if (!match?.[1]) return undefined;
  const url = new URL(match[1], location.href);
  return url.origin === location.origin ? url.pathname + url.search : undefined;
}
