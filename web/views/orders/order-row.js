import { stateBadge } from '../../kit/badges.js';
import { el } from '../../kit/dom.js';
import { datum } from '../../kit/long-text.js';
import { moneyElement } from '../../kit/money.js';
import { orderLink } from '../../kit/order-table.js';
import { tableRow } from '../../kit/table.js';
import { timeElement } from '../../kit/time.js';

/** @typedef {Omit<import('../../kit/order-table.js').OrderSummary, 'received_at'>} ListedOrder an order as the list has it */

/** @type {import('../../kit/table.js').Column<ListedOrder>[]} */
export const COLUMNS = [
  {
    name: 'Order',
    isHeading: true,
    kind: 'order-uid',
    cell: ({ order_uid }) => {
      const link = orderLink({ order_uid });
      link.title = order_uid;
      return link;
    },
  },
  {
    name: 'Track number',
    kind: 'order-track',
    cell: ({ track_number }) => cut(track_number, 'mono'),
  },
  { name: 'Placed', kind: 'order-placed', cell: ({ date_created }) => timeElement(date_created, 'brief') },
  { name: 'Customer', kind: 'order-customer', cell: ({ customer_id }) => cut(customer_id) },
  { name: 'State', kind: 'order-state of-status', cell: ({ status }) => stateBadge('status', status) },
  {
    name: 'Payment',
    kind: 'order-state of-payment',
    cell: ({ payment_status }) => stateBadge('payment_status', payment_status),
  },
  {
    name: 'Parcels',
    kind: 'order-state of-parcels',
    cell: ({ shipment_status }) => stateBadge('shipment_status', shipment_status),
  },
  { name: 'Items', isNumber: true, kind: 'order-items', cell: ({ items }) => items.toLocaleString() },
  {
    name: 'Amount',
    isNumber: true,
    kind: 'order-amount',
    cell: ({ amount, currency }) => moneyElement(amount, currency),
  },
];

/**
 * @param {ListedOrder} order
 * @param {number} index its place in the list, from 0
 */
export function orderRow(order, index) {
  const row = tableRow(COLUMNS, order, true);
  row.id = rowId(order.order_uid);
  row.dataset.order = order.order_uid;
  row.dataset.version = String(order.version);
  // Counted from 1, and the line of the headings is the first.
  row.setAttribute('aria-rowindex', String(index + 2));
  return row;
}

/**
 * By which the row of an order is found: events come by the hundred.
 *
 * @param {string} orderUid
 */
export function rowId(orderUid) {
  return `row-${orderUid}`;
}

/**
 * What the list would say of an order that an event tells of.
 *
 * @param {import('../../api/live.js').StatusEvent} event
 * @returns {ListedOrder}
 */
export function listedBy({ payment, items, ...event }) {
  return { ...event, amount: payment.amount, currency: payment.currency, items: items.length };
}

/**
 * @param {string} text all of it is in its title: a row has one line
 * @param {string} [kind]
 */
function cut(text, kind) {
  if (text === '') return datum(text);
  return el('span', { title: text, class: kind }, el('bdi', {}, text));
}
