import { orderBadges } from './badges.js';
import { el, orderHref } from './dom.js';
import { datum } from './long-text.js';
import { moneyElement } from './money.js';
import { table } from './table.js';
import { timeElement } from './time.js';

/** @typedef {import('../api/routes.js').Schemas['OrderSummary']} OrderSummary */

/**
 * What a row shows of each order: who and what it is, how it stands, what it is worth, when it came.
 *
 * @type {readonly import('./table.js').Column<OrderSummary>[]}
 */
export const ORDER_COLUMNS = [
  { name: 'Order', isHeading: true, kind: 'order-id', cell: orderLink },
  {
    name: 'States',
    kind: 'order-states',
    cell: (order) => el('span', { class: 'badges' }, ...orderBadges(order)),
  },
  { name: 'Customer', kind: 'order-customer', cell: (order) => datum(order.customer_id) },
  { name: 'Track number', kind: 'order-track', cell: (order) => datum(order.track_number) },
  { name: 'Items', isNumber: true, kind: 'order-items', cell: (order) => order.items.toLocaleString() },
  {
    name: 'Amount',
    isNumber: true,
    kind: 'order-amount',
    cell: (order) => moneyElement(order.amount, order.currency),
  },
  {
    name: 'Received',
    isNumber: true,
    kind: 'order-received',
    cell: (order) => timeElement(order.received_at, 'brief'),
  },
];

/** @param {{ order_uid: string }} order */
export function orderLink({ order_uid }) {
  return el('a', { href: orderHref(order_uid), class: 'mono' }, el('bdi', {}, order_uid));
}

/**
 * Orders as a dense table; on a narrow screen, each as a block of a few lines. Its rows are those of `j` and `k`.
 *
 * @param {string} label
 * @param {readonly OrderSummary[]} orders
 * @param {readonly import('./table.js').Column<any>[]} [columns]
 */
export function orderTable(label, orders, columns = ORDER_COLUMNS) {
  return table({ label, columns, rows: orders, kind: 'orders', isOfRows: true });
}
