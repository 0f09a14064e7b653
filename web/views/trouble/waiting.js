import { get } from '../../api/client.js';
import { orderBadges } from '../../kit/badges.js';
import { Current } from '../../kit/current.js';
import { el } from '../../kit/dom.js';
import { focusKept } from '../../kit/focus.js';
import { datum } from '../../kit/long-text.js';
import { moneyElement } from '../../kit/money.js';
import { orderLink } from '../../kit/order-table.js';
import { emptyState } from '../../kit/states.js';
import { agoWords, timeElement } from '../../kit/time.js';
import { pagedTable } from '../../kit/paged-table.js';
import { every } from './polling.js';

const ROUTE = /** @type {const} */ ('/api/waiting/orders');
const PAGE_ORDERS = 50;
/** However much happens. */
const REFRESH_PAUSE_MS = 5_000;
/** Orders grow late without any event, and the counts beside them may be those of five seconds ago. */
const ASK_PAUSE_MS = 6_000;

/** What an order may wait for, in the order in which it does. */
export const WAITS = /** @type {const} */ ([
  { name: 'confirmation', words: 'to be confirmed' },
  { name: 'shipment', words: 'to be shipped' },
  { name: 'delivery', words: 'to be delivered' },
  { name: 'promise', words: 'past the promised date' },
]);

/** @typedef {import('../../api/routes.js').Schemas['WaitingOrder']} Waiting */
/** @typedef {import('../../api/routes.js').Schemas['WaitingOrders']['counts']} WaitingCounts */

/**
 * @param {AbortSignal} signal
 * @returns {Promise<WaitingCounts>}
 */
export async function waitingCounts(signal) {
  return (await get('/api/counts/waiting-orders', { signal })).body;
}

/** @type {readonly import('../../kit/table.js').Column<Waiting>[]} */
const COLUMNS = [
  { name: 'Order', isHeading: true, kind: 'order-id', cell: ({ order }) => orderLink(order) },
  { name: 'Waits', kind: 'wait', cell: ({ for: name }) => waitOf(name)?.words ?? name },
  { name: 'Since', kind: 'since', cell: ({ since }) => sinceElement(since) },
  {
    name: 'States',
    kind: 'order-states',
    cell: ({ order }) => el('span', { class: 'badges' }, ...orderBadges(order)),
  },
  { name: 'Customer', kind: 'order-customer', cell: ({ order }) => datum(order.customer_id) },
  { name: 'Track number', kind: 'order-track', cell: ({ order }) => datum(order.track_number) },
  {
    name: 'Amount',
    isNumber: true,
    kind: 'order-amount',
    cell: ({ order }) => moneyElement(order.amount, order.currency),
  },
];

/** @param {string} since */
function sinceElement(since) {
  const time = timeElement(since);
  time.title = `${time.textContent} (${since})`;
  time.textContent = agoWords(since);
  return time;
}

/** @param {string | null} name */
function waitOf(name) {
  return WAITS.find((wait) => wait.name === name);
}

/**
 * Orders that wait for something longer than they should, those that wait longest first.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 */
export function openWaiting(place, visit) {
  const wait = waitOf(visit.query.get('for'));
  const tabs = el('nav', { class: 'row waits', 'aria-label': 'What they wait for' });
  const list = el('div');
  place.append(el('section', { class: 'card', 'aria-label': 'Orders that wait too long' }, tabs, list));
  let drawn = '';
  const current = new Current(visit, {
    place: list,
    pauseMs: REFRESH_PAUSE_MS,
    concerns: () => true,
    load: async (signal, isDrawn) => {
      const query = { for: wait?.name, limit: PAGE_ORDERS };
      const { body, next } = await get(ROUTE, { query, signal });
      drawTabs(tabs, wait?.name, body.counts);
      const rows = body.waiting;
      const now = JSON.stringify(rows);
      if (isDrawn && now === drawn) return;
      drawn = now;
      const label = wait ? `Orders that wait ${wait.words}` : 'Orders that wait too long';
      const giveBackFocus = focusKept();
      const columns = wait ? COLUMNS.filter(({ kind }) => kind !== 'wait') : COLUMNS;
      const options = { route: ROUTE, visit, label, kind: 'orders', columns, rows, next };
      list.replaceChildren(
        ...(rows.length === 0
          ? [
              emptyState(
                'No order waits too long',
                'The settings of the program say how long is too long: WAITING_CONFIRMATION_MINUTES, WAITING_SHIPMENT_HOURS and WAITING_DELIVERY_HOURS.',
              ),
            ]
          : pagedTable({ ...options, rowsOf: (page) => page.waiting })),
      );
      giveBackFocus();
    },
  });
  every(visit, ASK_PAUSE_MS, () => void current.renew());
  return current.renew();
}

/**
 * @param {HTMLElement} tabs
 * @param {string | undefined} shown
 * @param {WaitingCounts} counts
 */
function drawTabs(tabs, shown, counts) {
  const giveBackFocus = focusKept();
  tabs.replaceChildren(
    tab('/trouble/waiting', 'All', shown === undefined),
    ...WAITS.map(({ name, words }) => {
      const count = counts[name];
      const number = count ? ` ${count.count.toLocaleString()}${count.exact ? '' : '+'}` : '';
      return tab(`/trouble/waiting?for=${name}`, `${words}${number}`, shown === name);
    }),
  );
  giveBackFocus();
}

/**
 * @param {string} href
 * @param {string} words
 * @param {boolean} isCurrent
 */
function tab(href, words, isCurrent) {
  return el('a', { href, 'aria-current': isCurrent ? 'page' : undefined }, words);
}
