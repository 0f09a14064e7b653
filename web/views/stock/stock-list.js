import { get } from '../../api/client.js';
import { ApiFailure } from '../../api/failure.js';
import { Attention } from '../../kit/attention.js';
import { Current } from '../../kit/current.js';
import { button, el } from '../../kit/dom.js';
import { pagedTable } from '../../kit/paged-table.js';
import { asShownFailure, emptyState, refusalWords } from '../../kit/states.js';
import { belowForm } from './below.js';
import { availableBadge } from './figures.js';

const ROUTE = /** @type {const} */ ('/api/inventory');
const PAGE_THINGS = 100;
/** However many orders come. */
const REFRESH_PAUSE_MS = 3_000;
const NUMBER = /^\d{1,16}$/;

/** @typedef {import('./figures.js').StockLevel} StockLevel */

/** @type {readonly import('../../kit/table.js').Column<StockLevel>[]} */
const COLUMNS = [
  {
    name: 'Thing',
    isHeading: true,
    cell: ({ chrt_id }) => el('a', { href: `/stock/${chrt_id}`, class: 'mono' }, String(chrt_id)),
  },
  {
    name: 'Product',
    cell: ({ nm_id }) =>
      el('a', { href: `/stock?product=${nm_id}`, class: 'mono quiet-link' }, String(nm_id)),
  },
  { name: 'Available', isNumber: true, cell: ({ available }) => availableBadge(available) },
  { name: 'Held', isNumber: true, cell: ({ reserved }) => reserved.toLocaleString() },
  { name: 'In the house', isNumber: true, kind: 'on-hand', cell: ({ on_hand }) => on_hand.toLocaleString() },
];

/**
 * The stock, what there is least of first, and a field that finds a thing or a product by its number.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 */
export function openStockList(place, visit) {
  const list = el('div');
  const filter = filterOf(visit.query);
  const attention = new Attention(list, () => {
    if (isOld) void current.renew();
  });
  let drawn = '';
  let isOld = false;
  const current = new Current(visit, {
    place: list,
    pauseMs: REFRESH_PAUSE_MS,
    concerns: ({ change }) => change !== 'payment_status',
    load: async (signal, isDrawn) => {
      const query = { ...filter, limit: PAGE_THINGS };
      const { body: levels, next } = await get(ROUTE, { query, signal });
      const now = JSON.stringify(levels);
      if (isDrawn && now === drawn) return;
      // Rows do not move under somebody's hand.
      isOld = isDrawn && attention.isHeld;
      if (isOld) return;
      drawn = now;
      const options = { route: ROUTE, visit, label: 'Stock', kind: 'stock-levels', columns: COLUMNS };
      list.replaceChildren(
        ...(levels.length === 0
          ? [nothing(visit.query)]
          : pagedTable({
              ...options,
              rows: levels,
              next,
              rowsOf: (page) => page,
            })),
      );
    },
  });
  place.append(
    el('h1', { class: 'visually-hidden' }, 'Stock'),
    lookUpForm(visit),
    el('section', { class: 'card', 'aria-label': 'Stock' }, headOf(visit), list),
  );
  return current.renew();
}

/** @param {URLSearchParams} query */
function filterOf(query) {
  return {
    order: query.get('sort') === 'number' ? undefined : 'available',
    nm_id: query.get('product'),
    below: query.get('below'),
  };
}

/** @param {import('../../router.js').Visit} visit */
function headOf(visit) {
  const { query } = visit;
  const product = query.get('product');
  const byNumber = new URLSearchParams(query);
  byNumber.set('sort', 'number');
  const byLeast = new URLSearchParams(query);
  byLeast.delete('sort');
  const isByNumber = query.get('sort') === 'number';
  const path = (/** @type {URLSearchParams} */ one) => (one.size === 0 ? '/stock' : `/stock?${one}`);
  return el(
    'header',
    { class: 'card-head' },
    el('h2', {}, product === null ? 'Stock' : `Product ${product}`),
    el(
      'div',
      { class: 'row' },
      belowForm(query, (changed) => visit.go(path(changed))),
      product === null ? null : el('a', { href: '/stock' }, 'All products'),
      el('a', { href: path(byLeast), 'aria-current': isByNumber ? undefined : 'true' }, 'Least first'),
      el('a', { href: path(byNumber), 'aria-current': isByNumber ? 'true' : undefined }, 'By number'),
    ),
  );
}

/** @param {import('../../router.js').Visit} visit */
function lookUpForm(visit) {
  const field = el('input', {
    id: 'stock-number',
    type: 'text',
    inputmode: 'numeric',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: '9934930',
    'aria-describedby': 'stock-wrong',
  });
  const wrong = el('p', { id: 'stock-wrong', class: 'stock-wrong', role: 'status' });
  const form = el(
    'form',
    { class: 'stock-look-up' },
    el('label', { for: 'stock-number' }, 'Thing or product'),
    field,
    button('Look up', () => form.requestSubmit()),
    wrong,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.replaceAll(/[\s"'#]/g, '');
    /** @param {string} why */
    const refuse = (why) => {
      wrong.textContent = why;
      field.setAttribute('aria-invalid', 'true');
    };
    field.removeAttribute('aria-invalid');
    wrong.replaceChildren();
    if (!NUMBER.test(text))
      refuse('That is no number: things and products have whole numbers, such as 9934930.');
    else void lookUp(text, visit, refuse);
  });
  return form;
}

/**
 * To the thing of this number, or to the things of the product that has it.
 *
 * @param {string} text
 * @param {import('../../router.js').Visit} visit
 * @param {(why: string) => void} refuse
 */
async function lookUp(text, visit, refuse) {
  const { signal } = visit;
  try {
    await get('/api/inventory/{chrt_id}', { path: { chrt_id: text }, signal });
    visit.go(`/stock/${text}`);
  } catch (thrown) {
    if (signal.aborted) return;
    if (!(thrown instanceof ApiFailure) || thrown.kind !== 'not-found') {
      refuse(refusalWords(asShownFailure(thrown)));
      return;
    }
    const ofProduct = await get(ROUTE, { query: { nm_id: text, limit: 1 }, signal }).catch(() => undefined);
    if (ofProduct?.body.length) visit.go(`/stock?product=${text}`);
    else visit.go(`/stock/${text}`);
  }
}

/** @param {URLSearchParams} query */
function nothing(query) {
  return query.size === 0
    ? emptyState(
        'Nothing is registered yet',
        'Counts come in by file (POST /api/inventory/import), or a thing at a time: look up its number above to register it.',
      )
    : emptyState(
        'Nothing of that kind is registered',
        'Look up another number, or see all of it.',
        el('a', { href: '/stock' }, 'All of the stock'),
      );
}
