import { badge, stateBadge } from '../../kit/badges.js';
import { copyButton } from '../../kit/copy.js';
import { counted, el, hidden } from '../../kit/dom.js';
import { focusKept } from '../../kit/focus.js';
import { moneyElement } from '../../kit/money.js';
import { agoWords, timeElement } from '../../kit/time.js';
import { promiseOf } from './promise.js';

/** @typedef {import('./page.js').Facts} Facts */

/** @type {WeakMap<HTMLElement, string>} what was drawn last, so that nothing moves which has not changed */
const drawnHeads = new WeakMap();

/**
 * What somebody wants to know first: which order, what it is worth, how it stands in each of its three states, and what may
 * be done.
 *
 * @param {HTMLElement} head
 * @param {Facts} facts
 * @param {import('./actions.js').OrderActions} actions
 */
export function drawHead(head, facts, actions) {
  const { found, payments, parcels } = facts;
  const { order, standing, etag } = found;
  const drawn = JSON.stringify([etag, standing, payments, parcels]);
  if (drawnHeads.get(head) === drawn) return;
  drawnHeads.set(head, drawn);
  const giveBackFocus = focusKept();
  head.replaceChildren(
    el(
      'div',
      { class: 'order-title' },
      el(
        'h1',
        { id: 'order-heading', tabindex: '-1' },
        el('span', { class: 'muted' }, 'Order '),
        el('bdi', { class: 'mono' }, order.order_uid),
      ),
      copyButton(order.order_uid, 'the order id'),
    ),
    el(
      'p',
      { class: 'order-sum' },
      hidden('Amount '),
      moneyElement(order.payment.amount, order.payment.currency),
    ),
    statesOf(facts),
    el(
      'div',
      { class: 'row actions', role: 'group', 'aria-label': 'What may be done' },
      ...actions.buttons(found),
    ),
    el(
      'p',
      { class: 'muted small order-came' },
      'Created ',
      timeElement(order.date_created),
      ` · version ${standing.version} of `,
      timeElement(standing.updated_at, 'brief'),
    ),
  );
  giveBackFocus();
}

/** @param {Facts} facts */
function statesOf({ found, payments, parcels }) {
  const { standing, order } = found;
  return el(
    'dl',
    { class: 'order-states', 'aria-label': 'States' },
    state('Order', stateBadge('status', standing.status), [
      counted(order.items.length, 'item'),
      ' · received ',
      timeElement(standing.received_at, 'brief'),
    ]),
    state('Payment', stateBadge('payment_status', standing.payment_status), moneyWords(found, payments)),
    state('Shipment', stateBadge('shipment_status', standing.shipment_status), placeWords(found, parcels)),
  );
}

/**
 * @param {string} name
 * @param {HTMLElement} shown
 * @param {(Node | string)[]} words
 */
function state(name, shown, words) {
  return el('div', {}, el('dt', {}, name), el('dd', {}, shown), el('dd', { class: 'muted' }, ...words));
}

/**
 * @param {Facts['found']} found
 * @param {Facts['payments']} payments
 * @returns {(Node | string)[]}
 */
function moneyWords({ order }, payments) {
  const { amount, currency } = order.payment;
  const known = payments && 'value' in payments ? payments.value : undefined;
  if (!known) return [moneyElement(amount, currency), ' to be paid'];
  const { net, currency: paidIn } = known.balance;
  return [moneyElement(net, paidIn), ' of ', moneyElement(amount, currency)];
}

/**
 * @param {Facts['found']} found
 * @param {Facts['parcels']} fact
 * @returns {(Node | string)[]}
 */
function placeWords({ standing }, fact) {
  const parcels = (fact && 'value' in fact && fact.value?.parcels) || standing.parcels;
  const promise = promiseOf(/** @type {import('./loading.js').Parcel[]} */ (parcels));
  const last = newestOf(/** @type {import('./loading.js').Parcel[]} */ (parcels));
  /** @type {(Node | string)[]} */
  const words = [];
  if (last?.location) words.push('last in ', el('bdi', {}, last.location));
  if (last?.occurred_at) words.push(`${words.length > 0 ? ', ' : ''}${agoWords(last.occurred_at)}`);
  if (promise) {
    if (words.length > 0) words.push(' · ');
    words.push(
      promise.isOverdue ? badge('overdue', 'red') : 'expected',
      ' ',
      timeElement(promise.at, 'brief'),
    );
  }
  return words.length > 0
    ? words
    : [parcels.length > 0 ? counted(parcels.length, 'parcel') : 'no parcel yet'];
}

/** @param {readonly import('./loading.js').Parcel[]} parcels */
function newestOf(parcels) {
  return parcels
    .filter(({ occurred_at }) => occurred_at !== null)
    .reduce(
      (/** @type {import('./loading.js').Parcel | undefined} */ newest, one) =>
        newest && String(newest.occurred_at) > String(one.occurred_at) ? newest : one,
      undefined,
    );
}
