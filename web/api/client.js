import { ApiFailure, failureOf } from './failure.js';

/** A server that has not answered by then is said to be slow. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * @template Body
 * @typedef {object} Answer
 * @property {Body} body
 * @property {number} status
 * @property {string | null} etag
 * @property {Headers} headers
 * @property {string | undefined} next path of the next page, where there is one
 * @property {number} tookMs from asking to having read the body
 */

/** @import { AddressOf, BodyOf, Parameter, RouteOf, Sending } from './routes.js' */

/**
 * @typedef {object} Asking
 * @property {string | null} [ifMatch] the ETag that it was read with; a conflict when it has another one by now
 * @property {string} [idempotencyKey] the same key and body are done once, however often they are sent
 * @property {AbortSignal} [signal] calls it off: what is thrown then is the signal's reason
 * @property {number} [timeoutMs]
 * @property {number} [alsoTakes] a status whose body is an answer as well: a report of what is down comes as 503
 */

/**
 * @template {RouteOf<'get'>} Route
 * @template {object} [Query={}]
 * @param {Route} route as the description has it: `/api/orders/{order_uid}`
 * @param {Asking & AddressOf<Route, 'get', Query>} [asking]
 * @returns {Promise<Answer<BodyOf<Route, 'get'>>>}
 * @throws {ApiFailure}
 */
export function get(route, asking) {
  return send('GET', addressAt(route, asking), asking);
}

/**
 * A page of a list that another one's `next` leads to.
 *
 * @template {RouteOf<'get'>} Route
 * @param {Route} _route what the list is of
 * @param {string} next
 * @param {Asking} [asking]
 * @returns {Promise<Answer<BodyOf<Route, 'get'>>>}
 * @throws {ApiFailure}
 */
export function getNext(_route, next, asking) {
  return send('GET', next, asking);
}

/**
 * @template {RouteOf<'post'>} Route
 * @template {object} [Query={}]
 * @template {object} [Body={}]
 * @param {Route} route
 * @param {Asking & AddressOf<Route, 'post', Query> & Sending<Route, 'post', Body>} [asking]
 * @returns {Promise<Answer<BodyOf<Route, 'post'>>>}
 * @throws {ApiFailure}
 */
export function post(route, asking) {
  return send('POST', addressAt(route, asking), asking);
}

/**
 * @template {RouteOf<'put'>} Route
 * @template {object} [Query={}]
 * @template {object} [Body={}]
 * @param {Route} route
 * @param {Asking & AddressOf<Route, 'put', Query> & Sending<Route, 'put', Body>} [asking]
 * @returns {Promise<Answer<BodyOf<Route, 'put'>>>}
 * @throws {ApiFailure}
 */
export function put(route, asking) {
  return send('PUT', addressAt(route, asking), asking);
}

/**
 * @template {RouteOf<'delete'>} Route
 * @template {object} [Query={}]
 * @param {Route} route
 * @param {Asking & AddressOf<Route, 'delete', Query>} [asking]
 * @returns {Promise<Answer<undefined>>}
 * @throws {ApiFailure}
 */
export function remove(route, asking) {
  return send('DELETE', addressAt(route, asking), asking);
}

/**
 * Whether a GET of an address would be answered, without its answer: a browser that downloads cannot say why it failed.
 *
 * @param {string} address
 * @param {Asking} [asking]
 * @returns {Promise<Answer<undefined>>}
 * @throws {ApiFailure} without the server's words, which have no room in such an answer
 */
export function head(address, asking) {
  return send('HEAD', address, asking);
}

/**
 * Where a route is asked at by GET.
 *
 * @template {RouteOf<'get'>} Route
 * @template {object} [Query={}]
 * @param {Route} route
 * @param {AddressOf<Route, 'get', Query>} parameters
 */
export function addressOf(route, parameters) {
  return addressAt(route, parameters);
}

/**
 * @param {string} route
 * @param {{ path?: Readonly<Record<string, string | number>> | undefined, query?: Readonly<Record<string, Parameter>> }} [parameters]
 */
function addressAt(route, { path = {}, query = {} } = {}) {
  const filled = route.replaceAll(/\{(\w+)\}/g, (_, name) => segment(String(path[name])));
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') parameters.append(name, String(one));
    }
  }
  return parameters.size === 0 ? filled : `${filled}?${parameters}`;
}

/** @param {string} text `.` and `..` would lead to another route, and no encoding keeps them from it */
function segment(text) {
  if (text === '' || text === '.' || text === '..') throw new ApiFailure('bad-request', 'That is no id.');
  return encodeURIComponent(text);
}

/**
 * The one place that asks the server. An answer is always the server's own: the browser's copy is used only after the
 * server has confirmed it.
 *
 * @param {string} method
 * @param {string} address
 * @param {Asking & { body?: unknown }} [asking]
 * @returns {Promise<Answer<any>>}
 */
async function send(
  method,
  address,
  { body, ifMatch, idempotencyKey, signal, timeoutMs = ANSWER_TIMEOUT_MS, alsoTakes } = {},
) {
  const startedMs = performance.now();
  const timeout = AbortSignal.timeout(timeoutMs);
  const headers = new Headers();
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (ifMatch) headers.set('if-match', ifMatch);
  if (idempotencyKey) headers.set('idempotency-key', idempotencyKey);
  try {
    const response = await fetch(address, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: method === 'GET' ? 'no-cache' : 'no-store',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (!response.ok && response.status !== alsoTakes) throw await failureOf(response);
    return {
      body: response.status === 204 || method === 'HEAD' ? undefined : await response.json(),
      status: response.status,
      etag: response.headers.get('etag'),
      headers: response.headers,
      next: nextPath(response.headers.get('link')),
      tookMs: performance.now() - startedMs,
    };
  } catch (cause) {
    throw asFailure(cause, signal, timeoutMs);
  }
}

/**
 * @param {unknown} cause
 * @param {AbortSignal | undefined} signal
 * @param {number} timeoutMs
 * @returns {unknown} the cause itself when the caller called it off
 */
function asFailure(cause, signal, timeoutMs) {
  if (cause instanceof ApiFailure || signal?.aborted) return cause;
  if (cause instanceof SyntaxError) return new ApiFailure('away', 'The answer could not be read.');
  if (cause instanceof DOMException && cause.name === 'TimeoutError') {
    return new ApiFailure('slow', `The server did not answer within ${timeoutMs / 1_000} seconds.`);
  }
  return new ApiFailure('away', 'The server could not be reached.');
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
