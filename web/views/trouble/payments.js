import { get } from '../../api/client.js';
import { stateBadge } from '../../kit/badges.js';
import { Current } from '../../kit/current.js';
import { el } from '../../kit/dom.js';
import { focusKept } from '../../kit/focus.js';
import { datum } from '../../kit/long-text.js';
import { moneyElement } from '../../kit/money.js';
import { orderLink } from '../../kit/order-table.js';
import { emptyState } from '../../kit/states.js';
import { timeElement } from '../../kit/time.js';
import { pagedTable } from '../../kit/paged-table.js';

const ROUTE = /** @type {const} */ ('/api/payments');
const PAGE_ORDERS = 50;
/** However much happens. */
const REFRESH_PAUSE_MS = 5_000;

/** @typedef {import('../../api/routes.js').Schemas['Payments']} Payments */
/** @typedef {import('../../kit/table.js').Column<Payments> & { isOwed?: (order: Payments) => boolean }} Column */

/** @type {Column} */
const ORDER = { name: 'Order', isHeading: true, kind: 'order-id', cell: (order) => orderLink(order) };
/** @type {Column} */
const STATES = {
  name: 'States',
  kind: 'order-states',
  cell: ({ payment_status, order_status }) =>
    el(
      'span',
      { class: 'badges' },
      order_status === null ? null : stateBadge('status', order_status),
      stateBadge('payment_status', payment_status),
    ),
};
/** @type {Column} */
const SINCE = {
  name: 'Last heard of',
  isNumber: true,
  kind: 'since',
  cell: ({ changed_at }) => timeElement(changed_at, 'brief'),
};

const LISTS = [
  {
    heading: 'Disputed payments',
    query: { status: 'disputed' },
    columns: [ORDER, STATES, amount('Disputed', 'disputed'), amount('Paid', 'captured'), SINCE],
    empty: 'No payment is disputed',
    advice:
      'A dispute appears here when the payment provider tells of it, or when more was paid than the order costs.',
  },
  {
    heading: 'Money to be given back',
    query: { due: 'refund,void' },
    columns: [ORDER, STATES, amount('To refund', 'refund_due'), amount('To void', 'void_due'), SINCE],
    empty: 'No money is to be given back',
    advice:
      'Orders that were cancelled or returned after they were paid appear here until the money is back.',
  },
];

/**
 * Payments that somebody has to see to.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 */
export async function openPayments(place, visit) {
  /** @type {Promise<void>[]} */
  const drawings = [];
  for (const { heading, query, columns, empty, advice } of LISTS) {
    const list = el('div');
    const id = `payments-${Object.keys(query)[0]}`;
    const head = el('header', { class: 'card-head' }, el('h2', { id }, heading));
    place.append(el('section', { class: 'card', 'aria-labelledby': id }, head, list));
    let drawn = '';
    const current = new Current(visit, {
      place: list,
      failureWords: {
        'not-found': {
          heading: 'This server keeps no payments',
          advice:
            'They are kept where the context payments is switched on: whoever runs the program can do so.',
          isTold: true,
        },
      },
      pauseMs: REFRESH_PAUSE_MS,
      concerns: ({ change }) => change === 'payment_status' || change === 'status',
      load: async (signal, isDrawn) => {
        const { body, next } = await get(ROUTE, { query: { ...query, limit: PAGE_ORDERS }, signal });
        // What has not changed stays as it is, with the pages that were loaded after it.
        const now = JSON.stringify(body);
        if (isDrawn && now === drawn) return;
        drawn = now;
        const options = {
          route: ROUTE,
          visit,
          label: heading,
          kind: 'orders payments',
          // A column in which no order has anything says nothing.
          columns: columns.filter(({ isOwed }) => next !== undefined || !isOwed || body.some(isOwed)),
          rows: body,
          next,
        };
        const giveBackFocus = focusKept();
        list.replaceChildren(
          ...(body.length === 0
            ? [emptyState(empty, advice)]
            : pagedTable({ ...options, rowsOf: (page) => page })),
        );
        giveBackFocus();
      },
    });
    drawings.push(current.renew());
  }
  await Promise.all(drawings);
}

/**
 * A column of amounts: what is 0 is not shown, as there is nothing to be done about it.
 *
 * @param {string} name
 * @param {'disputed' | 'captured' | 'refund_due' | 'void_due'} figure
 * @returns {Column}
 */
function amount(name, figure) {
  return {
    name,
    isNumber: true,
    kind: 'payment-amount',
    isOwed: (order) => amountsOf(order, figure).length > 0,
    cell: (order) => {
      const shown = amountsOf(order, figure);
      if (shown.length === 0) return datum('');
      return shown.map((one) => el('div', {}, moneyElement(one[figure], one.currency)));
    },
  };
}

/**
 * @param {Payments} order
 * @param {'disputed' | 'captured' | 'refund_due' | 'void_due'} figure
 */
function amountsOf(order, figure) {
  const all = [{ ...order.balance, ...duesOf(order) }, ...order.other_balances];
  return all.filter((one) => one[figure] > 0);
}

/** @param {Payments} order */
function duesOf({ refund_due, void_due }) {
  return { refund_due, void_due };
}
