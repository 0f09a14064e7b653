import { stateBadge } from '../../kit/badges.js';
import { counted, el, orderHref } from '../../kit/dom.js';
import { moneyElement } from '../../kit/money.js';
import { timeElement } from '../../kit/time.js';

/** @typedef {import('./changes.js').Entry} Entry */
/** @typedef {import('./changes.js').Change} Change */

const STATE_NAMES = { status: 'Order', payment_status: 'Payment', shipment_status: 'Parcels' };

/**
 * @param {Entry} entry
 * @returns {HTMLLIElement}
 */
export function rowOf(entry) {
  if (entry.kind === 'change') return changeRow(entry);
  if (entry.kind === 'gap') {
    return markRow(
      'Changes may be missing here: the connection was away. Those before it are below. ',
      timeElement(entry.at.toISOString(), 'clock'),
    );
  }
  return markRow(
    `${counted(entry.count, 'older change')} came while the list was held, and ${entry.count === 1 ? 'is' : 'are'} not shown.`,
  );
}

/** @param {Change} change */
function changeRow({ event, count }) {
  const { order_uid, occurred_at, customer_id, payment } = event;
  return el(
    'li',
    { class: 'change', 'data-change': order_uid, 'data-row': true },
    timeElement(occurred_at, 'clock'),
    el('a', { href: orderHref(order_uid), class: 'mono' }, el('bdi', {}, order_uid)),
    el(
      'span',
      { class: 'change-words' },
      ...wordsOf(event),
      count > 1 && el('span', { class: 'muted' }, `and ${counted(count - 1, 'change')} before`),
    ),
    el(
      'span',
      { class: 'change-customer', title: customer_id },
      el('bdi', {}, customer_id || 'no customer id'),
    ),
    payment ? moneyElement(payment.amount, payment.currency) : null,
  );
}

/**
 * @param {import('../../api/live.js').StatusEvent} event
 * @returns {(Node | string)[]}
 */
function wordsOf(event) {
  const { change, previous } = event;
  if (change === 'received') return [el('strong', {}, 'New order')];
  if (change === 'content') return [el('strong', {}, 'Corrected')];
  const name = STATE_NAMES[change];
  // What the page does not know of yet is said as the API says it.
  if (name === undefined) return [String(change)];
  return [
    el('strong', {}, name),
    ...(previous === null ? [] : [el('span', { class: 'was' }, stateBadge(change, previous), ' → ')]),
    stateBadge(change, event[change]),
  ];
}

/** @param {...(Node | string)} words */
function markRow(...words) {
  return el('li', { class: 'mark-row' }, ...words);
}
