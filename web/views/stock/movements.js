import { el, orderHref } from '../../kit/dom.js';
import { datum, longText } from '../../kit/long-text.js';
import { pagedTable } from '../../kit/paged-table.js';
import { timeElement } from '../../kit/time.js';
import { signed } from './figures.js';

const ROUTE = /** @type {const} */ ('/api/inventory/{chrt_id}/movements');

/** @typedef {import('../../api/routes.js').Schemas['StockMovement']} StockMovement */

/** @type {Record<string, string>} */
const KINDS = {
  registered: 'registered',
  set: 'counted',
  adjusted: 'adjusted',
  imported: 'counted, by file',
  reserved: 'held for an order',
  released: 'given up by an order',
  taken: 'left with an order',
  returned: 'came back with an order',
};

/** @type {readonly import('../../kit/table.js').Column<StockMovement>[]} */
const COLUMNS = [
  { name: 'When', isHeading: true, kind: 'when', cell: ({ at }) => timeElement(at, 'brief') },
  { name: 'What', kind: 'movement-kind', cell: ({ kind }) => KINDS[kind] ?? kind },
  { name: 'For', kind: 'movement-for', cell: forOf },
  {
    name: 'Held by orders',
    isNumber: true,
    cell: ({ reserved, reserved_delta }) => figureOf(reserved, reserved_delta),
  },
  {
    name: 'In the house',
    isNumber: true,
    cell: ({ on_hand, on_hand_delta }) => figureOf(on_hand, on_hand_delta),
  },
];

/**
 * The journal of a thing, newest first: what changed, why, and what there was then.
 *
 * @param {import('../../kit/part.js').Part} part
 * @param {number} chrtId
 * @param {{ body: readonly StockMovement[], next: string | undefined }} page the first
 * @param {import('../../router.js').Visit} visit
 */
export function drawMovements(part, chrtId, { body, next }, visit) {
  part.draw([chrtId, body], () =>
    pagedTable({
      route: ROUTE,
      visit,
      label: 'Movements',
      kind: 'movements',
      columns: COLUMNS,
      rows: body,
      next,
      rowsOf: (page) => page,
      more: 'Older ones',
    }),
  );
}

/** @param {StockMovement} movement */
function forOf({ order_uid, reason, by }) {
  if (order_uid !== null)
    return el('a', { href: orderHref(order_uid), class: 'mono' }, el('bdi', {}, order_uid));
  if (by === null) return reason === null ? datum('') : longText(reason);
  const name = el('span', { class: 'muted' }, 'by ', el('bdi', {}, by));
  return reason === null ? name : [longText(reason), ' ', name];
}

/**
 * @param {number} figure after the change
 * @param {number} delta
 */
function figureOf(figure, delta) {
  const after = figure.toLocaleString();
  return delta === 0 ? el('span', { class: 'muted' }, after) : [el('b', {}, signed(delta)), ` → ${after}`];
}
