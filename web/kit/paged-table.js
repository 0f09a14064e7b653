import { getNext } from '../api/client.js';
import { tell } from './announcing.js';
import { button } from './dom.js';
import { asShownFailure, refusalWords } from './states.js';
import { table, tableRow } from './table.js';

/** @import { BodyOf, RouteOf } from '../api/routes.js' */

/**
 * A table that goes on, page by page, for as long as there is more.
 *
 * @template {RouteOf<'get'>} Route
 * @template Row
 * @param {object} options
 * @param {Route} options.route
 * @param {import('../router.js').Visit} options.visit
 * @param {string} options.label
 * @param {string} options.kind
 * @param {readonly import('./table.js').Column<Row>[]} options.columns
 * @param {readonly Row[]} options.rows the first page
 * @param {string | undefined} options.next where the second is
 * @param {(body: BodyOf<Route, 'get'>) => readonly Row[]} options.rowsOf a later page
 * @param {string} [options.more] what the button says
 * @returns {Node[]}
 */
export function pagedTable({ route, visit, label, kind, columns, rows, next, rowsOf, more = 'More' }) {
  const { box, body } = table({ label, columns, rows, kind, isOfRows: true });
  /** @param {string} path */
  const moreButton = (path) => {
    const one = button(more, () => void load(path, one), { class: 'wide' });
    return one;
  };
  /**
   * @param {string} path
   * @param {HTMLButtonElement} pressed
   */
  const load = async (path, pressed) => {
    pressed.setAttribute('aria-disabled', 'true');
    try {
      const page = await getNext(route, path, { signal: visit.signal });
      const added = rowsOf(page.body).map((row) => tableRow(columns, row, true));
      body.append(...added);
      added[0]?.querySelector('a')?.focus();
      if (page.next === undefined) pressed.remove();
      else pressed.replaceWith(moreButton(page.next));
    } catch (thrown) {
      if (visit.signal.aborted) return;
      pressed.removeAttribute('aria-disabled');
      tell(`More could not be loaded. ${refusalWords(asShownFailure(thrown))}`);
    }
  };
  return next === undefined ? [box] : [box, moreButton(next)];
}
