import { counted, el } from '../../kit/dom.js';
import { shortened } from '../../kit/long-text.js';
import { moneyElement } from '../../kit/money.js';
import { agoWords, timeElement } from '../../kit/time.js';
import { promiseOf } from './promise.js';
import { totalsFaults } from './totals.js';

const NAMED_ITEMS = 5;

/** @typedef {import('../../kit/badges.js').Tone} Tone */

/** @type {WeakMap<HTMLElement, string>} */
const drawnAlerts = new WeakMap();

/**
 * What is wrong with an order or owed because of it, each as a sentence.
 *
 * @param {HTMLElement} place
 * @param {import('./page.js').Facts} facts
 */
export function drawAlerts(place, { found, payments, parcels }) {
  const known = payments && 'value' in payments ? payments.value : undefined;
  const alerts = [
    ...moneyDue(found, known),
    ...stockMissing(found),
    ...overdue((parcels && 'value' in parcels && parcels.value?.parcels) || found.standing.parcels),
    ...totalsFaults(found.order).map((fault) => alert('amber', fault)),
  ];
  const drawn = alerts.map(({ outerHTML }) => outerHTML).join('');
  if (drawnAlerts.get(place) === drawn) return;
  drawnAlerts.set(place, drawn);
  place.replaceChildren(...alerts);
}

/**
 * @param {import('./loading.js').FoundOrder} found
 * @param {import('./loading.js').Payments | null | undefined} payments
 */
function moneyDue({ standing }, payments) {
  const { refund_due, void_due } = payments ?? standing.payments.balance ?? {};
  const told = [
    { refund_due, void_due, currency: payments?.balance.currency ?? standing.payments.currency },
    ...(payments?.other_balances ?? []),
  ];
  const due = told.flatMap(({ refund_due, void_due, currency }) => [
    ...(refund_due ? [alert('amber', 'To be refunded: ', moneyElement(refund_due, currency), '.')] : []),
    ...(void_due
      ? [alert('amber', 'An authorization is to be voided: ', moneyElement(void_due, currency), '.')]
      : []),
  ]);
  if (standing.payment_status !== 'disputed') return due;
  const disputed = payments?.balance.disputed ?? 0;
  return [
    disputed > 0
      ? alert('red', 'The customer disputes ', moneyElement(disputed, payments?.balance.currency ?? ''), '.')
      : alert('red', 'The payment is disputed: more was paid than the order costs, or it was taken back.'),
    ...due,
  ];
}

/** @param {import('./loading.js').FoundOrder} found */
function stockMissing({ order, standing }) {
  const missing = missingOf(standing);
  if (missing.size === 0) return [];
  const names = order.items.filter(({ chrt_id }) => missing.has(chrt_id)).map(({ name }) => shortened(name));
  const shown = names
    .slice(0, NAMED_ITEMS)
    .flatMap((name, index) => [index > 0 ? ', ' : '', el('bdi', {}, name)]);
  const more = names.length > NAMED_ITEMS ? ` and ${counted(names.length - NAMED_ITEMS, 'other')}` : '';
  return [alert('red', 'Out of stock: ', ...shown, `${more}.`)];
}

/**
 * The items that were not there when stock was to be held for the order.
 *
 * @param {import('./loading.js').Standing} standing
 * @returns {Set<number>} by chrt_id
 */
export function missingOf({ stock }) {
  return new Set(stock?.outcome === 'out_of_stock' ? stock.missing : []);
}

/** @param {readonly import('./promise.js').Promised[]} parcels */
function overdue(parcels) {
  const promise = promiseOf(parcels);
  if (!promise?.isOverdue) return [];
  return [
    alert(
      'red',
      'Overdue: it was promised for ',
      timeElement(promise.at, 'short'),
      `, ${agoWords(promise.at)}.`,
    ),
  ];
}

/**
 * @param {Tone} tone
 * @param {...(Node | string)} words
 */
function alert(tone, ...words) {
  return el('p', { class: 'notice', 'data-tone': tone }, ...words);
}
