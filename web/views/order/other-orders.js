import { stateBadge } from '../../kit/badges.js';
import { el } from '../../kit/dom.js';
import { moneyElement } from '../../kit/money.js';
import { orderLink } from '../../kit/order-table.js';
import { timeElement } from '../../kit/time.js';

/**
 * What else the customer has ordered, newest first.
 *
 * @param {import('../../kit/part.js').Part} part
 * @param {import('./page.js').Facts} facts
 */
export function drawOthers(part, { found, others }) {
  const { customer_id } = found.order;
  part.drawFact(
    others,
    (orders) => {
      if (customer_id === '') return [el('p', { class: 'muted' }, 'The order names no customer.')];
      if (orders.length === 0) return [el('p', { class: 'muted' }, 'There are no others.')];
      return [el('ol', { class: 'other-orders' }, ...orders.map(otherItem))];
    },
    (orders) =>
      orders.length === 0
        ? []
        : [el('a', { href: `/orders?${new URLSearchParams({ customer_id })}` }, 'All of them')],
  );
}

/** @param {import('./loading.js').OrderSummary} order */
function otherItem(order) {
  return el(
    'li',
    { 'data-row': true },
    orderLink(order),
    moneyElement(order.amount, order.currency),
    el(
      'span',
      { class: 'row' },
      stateBadge('status', order.status),
      stateBadge('payment_status', order.payment_status),
    ),
    el('span', { class: 'muted' }, timeElement(order.received_at, 'brief')),
  );
}
