import { live } from '../../api/live.js';
import { badge, orderBadges } from '../../kit/badges.js';
import { counted, el } from '../../kit/dom.js';
import { orderLink } from '../../kit/order-table.js';
import { table, tableRow } from '../../kit/table.js';
import { timeElement } from '../../kit/time.js';

/** @typedef {import('../../api/live.js').StatusEvent} StatusEvent */
/** @typedef {{ order_uid: string, sentAtMs: number, event?: StatusEvent }} Followed */

const MOST_ROWS = 50;
/** Orders that have been sent and not been heard of; more than that are not waited for. */
const MOST_AWAITED = 20_000;

/** @type {import('../../kit/table.js').Column<Followed>[]} */
const COLUMNS = [
  { name: 'Order', isHeading: true, kind: 'order-id', cell: orderLink },
  {
    name: 'States',
    kind: 'order-states',
    cell: ({ event }) =>
      el('span', { class: 'badges' }, ...(event ? orderBadges(event) : [badge('on its way')])),
  },
  {
    name: 'Changes',
    isNumber: true,
    kind: 'labelled',
    cell: ({ event }) => (event ? event.version.toLocaleString() : '0'),
  },
  {
    name: 'Last change',
    isNumber: true,
    kind: 'labelled',
    cell: ({ event, sentAtMs }) =>
      timeElement(event?.occurred_at ?? new Date(sentAtMs).toISOString(), 'clock'),
  },
];

/**
 * The orders that were sent from here, as far as what has become of them is heard.
 *
 * @param {import('../../router.js').Visit} visit
 */
export function followedOrders(visit) {
  /** Oldest first. @type {Map<string, { row: HTMLTableRowElement, order: Followed }>} */
  const rows = new Map();
  /** @type {Set<string>} */
  const awaited = new Set();
  const { box, body } = table({ label: 'Orders sent from here', columns: COLUMNS, rows: [], kind: 'orders' });
  const words = el('p', { class: 'muted', role: 'status' }, 'Nothing has been sent from here yet.');
  let sent = 0;
  let stored = 0;
  box.hidden = true;

  live.listen({ heard: (events) => events.forEach(heard) }, visit.signal);

  /** @param {StatusEvent} event */
  function heard(event) {
    if (awaited.delete(event.order_uid)) {
      stored += 1;
      describe();
    }
    const followed = rows.get(event.order_uid);
    if (!followed || (followed.order.event?.version ?? 0) >= event.version) return;
    followed.order.event = event;
    const fresh = tableRow(COLUMNS, followed.order, true);
    // The first cell is the link, which stays: the keyboard's focus may be on it.
    const cells = [...fresh.cells];
    [...followed.row.cells].forEach((cell, n) => n > 0 && cell.replaceWith(/** @type {Node} */ (cells[n])));
  }

  function describe() {
    const onTheirWay = sent - stored;
    words.textContent =
      `${counted(sent, 'order')} sent, ${stored.toLocaleString()} stored` +
      (onTheirWay > 0 ? `, ${onTheirWay.toLocaleString()} on the way.` : '.') +
      (sent > MOST_ROWS ? ` The newest ${MOST_ROWS} are shown.` : '');
  }

  return {
    element: el(
      'section',
      { class: 'card', 'aria-labelledby': 'followed-heading' },
      el(
        'header',
        { class: 'card-head' },
        el('h2', { id: 'followed-heading' }, 'What became of them'),
        words,
      ),
      box,
    ),
    /** @param {readonly string[]} orderUids */
    add(orderUids) {
      sent += orderUids.length;
      for (const orderUid of orderUids) if (awaited.size < MOST_AWAITED) awaited.add(orderUid);
      for (const orderUid of orderUids.slice(-MOST_ROWS)) {
        const order = { order_uid: orderUid, sentAtMs: Date.now() };
        const row = tableRow(COLUMNS, order, true);
        rows.set(orderUid, { row, order });
        body.prepend(row);
      }
      for (const [orderUid, { row }] of rows) {
        if (rows.size <= MOST_ROWS) break;
        row.remove();
        rows.delete(orderUid);
      }
      box.hidden = false;
      describe();
    },
  };
}
