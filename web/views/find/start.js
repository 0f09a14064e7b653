import { get } from '../../api/client.js';
import { Current } from '../../kit/current.js';
import { el } from '../../kit/dom.js';
import { orderTable } from '../../kit/order-table.js';
import { emptyState } from '../../kit/states.js';
import { troubleCounts } from './trouble-counts.js';

const NEWEST_ORDERS = 25;
/** A burst of events asks for the list once a second and not once an event. */
const REFRESH_PAUSE_MS = 1_000;

/**
 * What is wanted at once, before anything was asked for.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 */
export function openStart(place, visit) {
  const newest = el('div');
  const section = el(
    'section',
    { class: 'card newest', 'aria-labelledby': 'newest-heading' },
    el(
      'header',
      { class: 'card-head' },
      el('h2', { id: 'newest-heading' }, 'Newest orders'),
      el('a', { href: '/orders' }, 'All orders'),
    ),
    newest,
  );
  place.replaceChildren(
    el('h1', { class: 'visually-hidden' }, 'Find an order'),
    el('div', { class: 'find-start' }, section, troubleCounts(visit)),
  );

  const current = new Current(visit, {
    place: newest,
    pauseMs: REFRESH_PAUSE_MS,
    concerns: () => true,
    load: async (signal) => {
      const query = { view: 'summary', limit: NEWEST_ORDERS };
      const { body } = await get('/api/orders', { query, signal });
      const orders = /** @type {import('../../kit/order-table.js').OrderSummary[]} */ (body);
      newest.replaceChildren(
        orders.length === 0
          ? emptyState('No orders yet', 'The first ones appear here as they come in.')
          : orderTable('Newest orders', orders).box,
      );
    },
  });
  void current.renew();
}
