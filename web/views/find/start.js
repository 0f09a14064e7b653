import { get } from '../../api/client.js';
import { Attention } from '../../kit/attention.js';
import { Current } from '../../kit/current.js';
import { el } from '../../kit/dom.js';
import { orderTable } from '../../kit/order-table.js';
import { emptyState } from '../../kit/states.js';
import { troubleCounts } from './trouble-counts.js';

const NEWEST_ORDERS = 25;
/** A burst of events asks for the list once a second and not once an event. */
const REFRESH_PAUSE_MS = 1_000;
const WAITING_NOTE = 'Newer orders are shown once the pointer or focus has left the list.';

/**
 * What is wanted at once, before anything was asked for.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 * @returns {Promise<void>} once all of it is there
 */
export async function openStart(place, visit) {
  const newest = el('div');
  const note = el('p', { class: 'muted small' });
  const section = el(
    'section',
    { class: 'card newest', 'aria-labelledby': 'newest-heading' },
    el(
      'header',
      { class: 'card-head' },
      el('h2', { id: 'newest-heading' }, 'Newest orders'),
      el('span', { class: 'row' }, note, el('a', { href: '/orders' }, 'All orders')),
    ),
    newest,
  );
  const trouble = troubleCounts(visit);
  place.replaceChildren(el('h1', { class: 'visually-hidden' }, 'Find an order'), trouble.section, section);
  /** @type {(() => void) | undefined} */
  let drawWaiting;
  // Rows do not move under the reader's pointer, nor away from the focus: they come once it has left.
  const attention = new Attention(newest, () => drawWaiting?.());

  /** @param {import('../../kit/order-table.js').OrderSummary[]} orders */
  const draw = (orders) => {
    drawWaiting = undefined;
    note.textContent = '';
    newest.replaceChildren(
      orders.length === 0
        ? emptyState('No orders yet', 'The first ones appear here as they come in.')
        : orderTable('Newest orders', orders).box,
    );
  };
  const current = new Current(visit, {
    place: newest,
    pauseMs: REFRESH_PAUSE_MS,
    concerns: () => true,
    load: async (signal, isDrawn) => {
      const query = { view: 'summary', limit: NEWEST_ORDERS };
      const { body } = await get('/api/orders', { query, signal });
      const orders = /** @type {import('../../kit/order-table.js').OrderSummary[]} */ (body);
      if (!isDrawn || !attention.isHeld) {
        draw(orders);
        return;
      }
      drawWaiting = () => draw(orders);
      note.textContent = WAITING_NOTE;
    },
  });
  await Promise.all([current.renew(), trouble.drawn]);
}
