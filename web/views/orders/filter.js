import { momentOf } from '../../kit/time.js';

/**
 * Which orders the list is of, by the names that both the address bar and the API have for it. States are several with
 * commas between them; days are the reader's own, `2026-11-30`, the last one included.
 *
 * @typedef {Partial<Record<FilterName, string>>} Filter
 */

/** @typedef {typeof FILTER_NAMES[number]} FilterName */
/** @typedef {import('../../api/live.js').StatusEvent} StatusEvent */

export const FILTER_NAMES = /** @type {const} */ ([
  'status',
  'payment_status',
  'shipment_status',
  'customer_id',
  'track_number',
  'delivery_service',
  'from',
  'to',
]);

/** The states that an order may be chosen by, in the order of its life. */
export const CHOICES = /** @type {const} */ ({
  status: ['received', 'confirmed', 'packed', 'shipped', 'delivered', 'cancelled', 'returned'],
  payment_status: [
    'unpaid',
    'authorized',
    'partially_paid',
    'paid',
    'partially_refunded',
    'refunded',
    'disputed',
  ],
  shipment_status: [
    'none',
    'partially_shipped',
    'shipped',
    'out_for_delivery',
    'failed_attempt',
    'partially_delivered',
    'delivered',
    'returned',
    'lost',
  ],
});

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * @param {URLSearchParams} query of the address
 * @returns {Filter}
 */
export function filterOf(query) {
  /** @type {Filter} */
  const filter = {};
  for (const name of FILTER_NAMES) {
    const value = query.get(name)?.trim();
    if (value) filter[name] = value;
  }
  return filter;
}

/**
 * @param {Filter} filter
 * @returns {URLSearchParams} for the address bar
 */
export function queryOf(filter) {
  const query = new URLSearchParams();
  for (const name of FILTER_NAMES) {
    const value = filter[name];
    if (value) query.set(name, value);
  }
  return query;
}

/**
 * The same as the API takes it: days become the moments that they begin and end at where the reader is. What is no day goes
 * as it is, for the API to say what is wrong with it.
 *
 * @param {Filter} filter
 * @returns {Filter}
 */
export function parametersOf(filter) {
  const { from, to } = filter;
  return {
    ...filter,
    ...(from && { from: beginningOf(from, 0) }),
    ...(to && { to: beginningOf(to, 1) }),
  };
}

/**
 * Whether an order that a status event tells of belongs to the list.
 *
 * @param {StatusEvent} event
 * @param {Filter} filter
 */
export function belongsTo(event, filter) {
  const { from, to } = parametersOf(filter);
  const createdMs = momentOf(event.date_created)?.getTime() ?? 0;
  /** @param {string} text @param {string | undefined} wanted */
  const is = (text, wanted) => wanted === undefined || wanted === text;
  return (
    isOneOf(event.status, filter.status) &&
    isOneOf(event.payment_status, filter.payment_status) &&
    isOneOf(event.shipment_status, filter.shipment_status) &&
    is(event.customer_id, filter.customer_id) &&
    [event, ...event.items].some(({ track_number }) => is(track_number, filter.track_number)) &&
    is(event.delivery_service, filter.delivery_service) &&
    (from === undefined || createdMs >= Date.parse(from)) &&
    (to === undefined || createdMs < Date.parse(to))
  );
}

/**
 * Whether the order may have belonged to the list before the event. An event says what a state was before, and of new content
 * nothing: that counts as a yes.
 *
 * @param {StatusEvent} event
 * @param {Filter} filter
 */
export function mayHaveBelonged(event, filter) {
  const { change, previous } = event;
  if (change === 'received') return false;
  return change === 'content' || belongsTo({ ...event, [change]: previous }, filter);
}

/**
 * @param {string} value
 * @param {string | undefined} wanted
 */
function isOneOf(value, wanted) {
  return wanted === undefined || wanted === value || wanted.split(',').includes(value);
}

/**
 * @param {string} day
 * @param {number} daysLater
 */
function beginningOf(day, daysLater) {
  if (!DAY.test(day)) return day;
  const moment = new Date(`${day}T00:00:00`);
  if (Number.isNaN(moment.getTime())) return day;
  // By the calendar and not by 24 hours: days on which the clocks change are longer or shorter.
  moment.setDate(moment.getDate() + daysLater);
  return moment.toISOString();
}
