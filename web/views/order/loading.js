import { get, getNext } from '../../api/client.js';
import { ApiFailure } from '../../api/failure.js';
import { asShownFailure } from '../../kit/states.js';

/** News of an order can come before every process that may be asked has heard it. */
const CATCH_UP_PAUSES_MS = [100, 300, 1_000];
const VERSIONS_A_PAGE = 500;
/** Of an order that has changed more often, the first ones are shown. */
const MOST_VERSIONS = 2_000;
const OTHER_ORDERS = 6;
const MOST_NOTES = 50;
/** Of an order that has more parcels, the others are asked for when they are opened. */
const PARCELS_AT_ONCE = 4;
/** Of an order of more products, the stock of the others is a link. */
export const STOCK_AT_ONCE = 30;
const MOST_VARIANTS = 1_000;

/** @typedef {import('../../api/routes.js').Schemas} Schemas */
/** @typedef {Schemas['Order']} Order */
/** @typedef {Schemas['OrderStanding']} Standing */
/** @typedef {Schemas['OrderVersion']} Version */
/** @typedef {Schemas['PaymentsOfOrder']} Payments */
/** @typedef {Schemas['Parcel']} Parcel */
/** @typedef {Schemas['ParcelTimeline']} ParcelTimeline */
/** @typedef {Schemas['StockLevel']} StockLevel */
/** @typedef {Schemas['OrderSummary']} OrderSummary */
/** @typedef {Schemas['OrderNote']} Note */
/** @typedef {{ notes: readonly Note[], next: string | undefined }} NotesPage newest first, and where older ones are */

/**
 * An order and how it stands, both of one version.
 *
 * @typedef {object} FoundOrder
 * @property {Order} order
 * @property {string | null} etag
 * @property {Standing} standing
 * @property {string | null} cache the X-Cache header
 * @property {number} tookMs
 */

/**
 * The order, at least as new as what was heard of it by the time that it comes.
 *
 * @param {string} orderUid
 * @param {AbortSignal} signal
 * @param {() => number} heardVersion the newest that was heard of
 * @returns {Promise<FoundOrder & { isBehind: boolean }>}
 * @throws {ApiFailure}
 */
export async function loadOrder(orderUid, signal, heardVersion) {
  let found = await loadOnce(orderUid, signal);
  for (const pauseMs of CATCH_UP_PAUSES_MS) {
    if (signal.aborted || !isBehind(found, heardVersion())) break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    found = await loadOnce(orderUid, signal);
  }
  return { ...found, isBehind: isBehind(found, heardVersion()) };
}

/**
 * @param {FoundOrder & { version: number }} found
 * @param {number} heardVersion
 */
function isBehind({ version, standing }, heardVersion) {
  return version !== standing.version || heardVersion > version;
}

/**
 * @param {string} orderUid
 * @param {AbortSignal} signal
 */
async function loadOnce(orderUid, signal) {
  const asking = { path: { order_uid: orderUid }, signal };
  const [answer, standing] = await Promise.all([
    get('/api/orders/{order_uid}', asking),
    get('/api/orders/{order_uid}/summary', asking),
  ]);
  return {
    order: answer.body,
    etag: answer.etag,
    version: Number(answer.headers.get('x-order-version') ?? standing.body.version),
    standing: standing.body,
    cache: answer.headers.get('x-cache'),
    tookMs: answer.tookMs,
  };
}

/**
 * What something comes to, told or not: a part that cannot be loaded leaves the others as they are.
 *
 * @template T
 * @param {Promise<T>} loading
 * @param {AbortSignal} signal
 * @returns {Promise<import('../../kit/part.js').Fact<T>>}
 */
export async function asFact(loading, signal) {
  try {
    return { value: await loading };
  } catch (thrown) {
    if (signal.aborted) return undefined;
    return { failure: asShownFailure(thrown) };
  }
}

/**
 * @template T
 * @param {Promise<T>} asked
 * @returns {Promise<T | null>} null where there is nothing
 */
async function orNull(asked) {
  try {
    return await asked;
  } catch (failure) {
    if (failure instanceof ApiFailure && failure.kind === 'not-found') return null;
    throw failure;
  }
}

/**
 * @param {string} orderUid
 * @param {AbortSignal} signal
 * @returns {Promise<Version[]>} oldest first
 */
export async function loadHistory(orderUid, signal) {
  const route = '/api/orders/{order_uid}/history';
  let page = await get(route, { path: { order_uid: orderUid }, query: { limit: VERSIONS_A_PAGE }, signal });
  const versions = [...page.body];
  while (page.next && versions.length < MOST_VERSIONS) {
    page = await getNext(route, page.next, { signal });
    versions.push(...page.body);
  }
  return versions;
}

/**
 * @param {string} orderUid
 * @param {AbortSignal} signal
 * @returns {Promise<Payments | null>} null: nothing was heard of its money
 */
export async function loadPayments(orderUid, signal) {
  const answer = await orNull(
    get('/api/orders/{order_uid}/payments', { path: { order_uid: orderUid }, signal }),
  );
  return answer && answer.body;
}

/**
 * @param {string} orderUid
 * @param {AbortSignal} signal
 * @returns {Promise<{ parcels: readonly Parcel[], timelines: readonly ParcelTimeline[] } | null>} null: tracking knows of
 *   none
 */
export async function loadParcels(orderUid, signal) {
  const answer = await orNull(
    get('/api/orders/{order_uid}/shipments', { path: { order_uid: orderUid }, signal }),
  );
  if (!answer) return null;
  const { parcels } = answer.body;
  const timelines = await Promise.all(
    parcels.slice(0, PARCELS_AT_ONCE).map(({ track_number }) => loadTimeline(track_number, signal)),
  );
  return { parcels, timelines: timelines.filter((one) => one !== null) };
}

/**
 * @param {string} trackNumber
 * @param {AbortSignal} signal
 */
export async function loadTimeline(trackNumber, signal) {
  const answer = await orNull(
    get('/api/tracking/{track_number}', { path: { track_number: trackNumber }, signal }),
  );
  return answer && answer.body;
}

/**
 * Asked for by product, which answers whether or not anybody has registered the thing.
 *
 * @param {Order} order
 * @param {AbortSignal} signal
 * @returns {Promise<Record<string, StockLevel>>} by chrt_id, of the first products; what nobody counts is not there
 */
export async function loadStock({ items }, signal) {
  const products = [...new Set(items.map(({ nm_id }) => nm_id))].slice(0, STOCK_AT_ONCE);
  const pages = await Promise.all(
    products.map((nm_id) => get('/api/inventory', { query: { nm_id, limit: MOST_VARIANTS }, signal })),
  );
  return Object.fromEntries(pages.flatMap(({ body }) => body.map((level) => [String(level.chrt_id), level])));
}

/**
 * @param {string} orderUid
 * @param {AbortSignal} signal
 * @returns {Promise<NotesPage | null>} the newest; null: this server keeps none
 */
export async function loadNotes(orderUid, signal) {
  const query = { limit: MOST_NOTES };
  const answer = await orNull(
    get('/api/orders/{order_uid}/notes', { path: { order_uid: orderUid }, query, signal }),
  );
  return answer && { notes: answer.body.notes, next: answer.next };
}

/**
 * @param {Order} order
 * @param {AbortSignal} signal
 * @returns {Promise<OrderSummary[]>} the customer's others, newest first
 */
export async function loadOtherOrders({ order_uid, customer_id }, signal) {
  if (customer_id === '') return [];
  const query = { customer_id, view: 'summary', limit: OTHER_ORDERS + 1 };
  const { body } = await get('/api/orders', { query, signal });
  const orders = /** @type {OrderSummary[]} */ (body);
  return orders.filter((other) => other.order_uid !== order_uid).slice(0, OTHER_ORDERS);
}
