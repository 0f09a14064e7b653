import { badge } from '../../kit/badges.js';
import { button, counted, el } from '../../kit/dom.js';
import { datum, longText } from '../../kit/long-text.js';
import { moneyElement } from '../../kit/money.js';
import { table, tableRow } from '../../kit/table.js';
import { missingOf } from './alerts.js';
import { STOCK_AT_ONCE } from './loading.js';
import { itemsTotal } from './totals.js';

/** An order may have thousands. */
const FIRST_ITEMS = 8;

/** @typedef {import('./loading.js').Order} Order */
/** @typedef {Order['items'][number]} Item */
/** @typedef {import('./page.js').Facts} Facts */

/** @type {WeakSet<object>} the parts whose reader has asked for all items */
const wholeParts = new WeakSet();

/**
 * The items, what each costs and what they come to with delivery and fee: the column of totals adds up to the amount.
 *
 * @param {import('../../kit/part.js').Part} part
 * @param {Facts} facts
 */
export function drawItems(part, { found, stock, contexts }) {
  const { order, standing } = found;
  part.draw(
    [order.items, order.payment, order.track_number, standing.stock, stock, contexts],
    () => [itemTable(part, found, stock, contexts.includes('inventory'))],
    () => [el('span', { class: 'muted' }, counted(order.items.length, 'item'))],
  );
}

/**
 * @param {object} part
 * @param {Facts['found']} found
 * @param {Facts['stock']} stock
 * @param {boolean} isKept whether this server keeps stock
 */
function itemTable(part, { order, standing }, stock, isKept) {
  const { currency } = order.payment;
  const missing = missingOf(standing);
  const asked = new Set([...new Set(order.items.map(({ nm_id }) => nm_id))].slice(0, STOCK_AT_ONCE));
  /** @type {import('../../kit/table.js').Column<Item>[]} */
  const allColumns = [
    { name: 'Item', isHeading: true, kind: 'item', cell: (item) => itemName(item, order) },
    { name: 'Article', kind: 'article', cell: ({ nm_id }) => el('bdi', {}, String(nm_id)) },
    { name: 'Size', kind: 'size', cell: ({ size }) => datum(size) },
    { name: 'Stock', kind: 'stock', cell: (item) => stockOf(item, missing, stock, asked.has(item.nm_id)) },
    { name: 'Price', isNumber: true, cell: ({ price }) => moneyElement(price, currency) },
    {
      name: 'Discount',
      isNumber: true,
      cell: ({ sale }) => (sale > 0 ? el('span', { class: 'money' }, `−${sale} %`) : datum('')),
    },
    { name: 'Total', isNumber: true, cell: ({ total_price }) => moneyElement(total_price, currency) },
  ];
  const isDiscounted = order.items.some(({ sale }) => sale > 0);
  // A column of dashes says nothing.
  const columns = allColumns.filter(
    ({ name }) => (name !== 'Stock' || isKept) && (name !== 'Discount' || isDiscounted),
  );
  const isWhole = wholeParts.has(part) || order.items.length <= FIRST_ITEMS;
  const first = isWhole ? order.items : order.items.slice(0, FIRST_ITEMS);
  const { box, body } = table({
    label: 'Items',
    columns,
    rows: first,
    kind: 'items',
    foot: footRows(order, columns.length),
  });
  if (!isWhole) {
    const more = button(
      `Show all ${counted(order.items.length, 'item')}`,
      () => {
        wholeParts.add(part);
        const others = order.items.slice(FIRST_ITEMS).map((item) => tableRow(columns, item));
        // The keyboard goes on where it was.
        others[0]?.setAttribute('tabindex', '-1');
        moreRow.replaceWith(...others);
        others[0]?.focus({ preventScroll: true });
      },
      { class: 'quiet' },
    );
    const moreRow = el(
      'tr',
      { role: 'row', class: 'more' },
      el('td', { role: 'cell', colspan: String(columns.length) }, more),
    );
    body.append(moreRow);
  }
  return box;
}

/**
 * @param {Item} item
 * @param {Order} order
 */
function itemName(item, order) {
  return [
    el('span', { class: 'item-name' }, datum(item.name)),
    item.brand ? el('span', { class: 'item-brand' }, longText(item.brand)) : null,
    item.track_number !== order.track_number
      ? el('span', { class: 'item-brand' }, 'in parcel ', longText(item.track_number))
      : null,
  ];
}

/**
 * @param {Item} item
 * @param {ReadonlySet<number>} missing
 * @param {Facts['stock']} stock
 * @param {boolean} isAsked whether it is one of the things that the stock was asked of
 * @returns {(Node | string | null)[]}
 */
function stockOf({ chrt_id }, missing, stock, isAsked) {
  const href = `/stock/${chrt_id}`;
  const outOfStock = missing.has(chrt_id) ? badge('was out of stock', 'red') : null;
  if (stock === undefined) return [outOfStock, '…'];
  if ('failure' in stock) return [outOfStock, el('a', { href }, 'look up')];
  const level = stock.value?.[String(chrt_id)];
  if (level) return [outOfStock, el('a', { href }, `${level.available.toLocaleString()} left`)];
  return [outOfStock, isAsked ? el('span', { class: 'muted' }, 'not counted') : el('a', { href }, 'look up')];
}

/**
 * @param {Order} order
 * @param {number} columns
 */
function footRows(order, columns) {
  const { currency, goods_total, delivery_cost, custom_fee, amount } = order.payment;
  const goods = itemsTotal(order);
  const row = (/** @type {string} */ name, /** @type {HTMLElement} */ sum, kind = '') =>
    el(
      'tr',
      { role: 'row', class: kind },
      el('th', { scope: 'row', role: 'rowheader', colspan: String(columns - 1), class: 'number' }, name),
      el('td', { role: 'cell', class: 'number', 'data-column': 'Total' }, sum),
    );
  return [
    row(`Sum of ${counted(order.items.length, 'item')}`, moneyElement(goods, currency)),
    goods === BigInt(goods_total) ? null : row('Goods as charged', moneyElement(goods_total, currency)),
    row('Delivery', moneyElement(delivery_cost, currency)),
    row('Customs fee', moneyElement(custom_fee, currency)),
    row('Amount', moneyElement(amount, currency), 'total'),
  ].filter((row) => row !== null);
}
