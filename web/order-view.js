import { orderPath } from './api.js';
import { el, hidden } from './dom.js';
import { datum, longText } from './long-text.js';
import { formatMinorUnits, moneyElement } from './money.js';
import { timeElement } from './time.js';

/**
 * An order as an article: head, delivery, payment, routing, items.
 *
 * @param {import('./api.js').FoundOrder} found
 * @returns {HTMLElement}
 */
export function orderView({ order, version, status, cache, tookMs }) {
  const faults = totalsFaults(order);
  return el(
    'article',
    { class: 'order', 'aria-labelledby': 'order-heading' },
    orderHead(order, { version, status, hasFaults: faults.length > 0 }),
    faults.length > 0 ? totalsNotice(faults) : null,
    el('div', { class: 'cards' }, deliveryCard(order.delivery), paymentCard(order), routingCard(order)),
    itemsCard(order),
    el(
      'p',
      { class: 'order-foot' },
      `Answered in ${tookMs.toFixed(tookMs < 10 ? 1 : 0)} ms`,
      cache ? `, cache ${cache}` : '',
      '. ',
      el('a', { href: orderPath(order.order_uid) }, 'This order as JSON'),
    ),
  );
}

/**
 * @param {any} order
 * @param {{ version?: number, status?: string, hasFaults: boolean }} marks
 */
function orderHead(order, { version, status, hasFaults }) {
  return el(
    'header',
    { class: 'card order-head' },
    el(
      'h2',
      { id: 'order-heading' },
      el('span', { class: 'muted' }, 'Order '),
      el('bdi', { class: 'mono' }, order.order_uid),
    ),
    el(
      'div',
      { class: 'order-sum' },
      hidden('Amount '),
      moneyElement(order.payment.amount, order.payment.currency),
    ),
    el(
      'ul',
      { class: 'chips', 'aria-label': 'Marks' },
      statusChip(status),
      version === undefined ? null : el('li', { class: 'chip' }, `version ${version}`),
      el('li', { class: 'chip' }, counted(order.items.length, 'item')),
      hasFaults ? el('li', { class: 'chip', 'data-status': 'warning' }, 'totals do not add up') : null,
    ),
    el('p', { class: 'muted' }, 'Created ', timeElement(order.date_created)),
  );
}

/** @param {string | undefined} status */
function statusChip(status) {
  return status === undefined
    ? null
    : el('li', { class: 'chip', 'data-status': status }, el('bdi', {}, status));
}

/** @param {any} delivery */
function deliveryCard(delivery) {
  return card('Delivery', [
    ['Name', datum(delivery.name)],
    ['Address', datum(delivery.address)],
    ['City', datum(delivery.city)],
    ['Region', datum(delivery.region)],
    ['ZIP', datum(delivery.zip)],
    ['Phone', datum(delivery.phone)],
    ['Email', datum(delivery.email)],
  ]);
}

/** @param {any} order */
function paymentCard({ payment }) {
  const amount = (/** @type {number} */ minorUnits) => moneyElement(minorUnits, payment.currency);
  return card('Payment', [
    ['Goods', amount(payment.goods_total), 'ledger'],
    ['Delivery', amount(payment.delivery_cost), 'ledger'],
    ['Custom fee', amount(payment.custom_fee), 'ledger'],
    ['Amount', amount(payment.amount), 'ledger total'],
    ['Currency', datum(payment.currency)],
    ['Paid', timeElement(payment.payment_dt)],
    ['Provider', datum(payment.provider)],
    ['Bank', datum(payment.bank)],
    ['Transaction', datum(payment.transaction)],
    ['Request ID', datum(payment.request_id)],
  ]);
}

/** @param {any} order */
function routingCard(order) {
  return card('Routing', [
    ['Track', datum(order.track_number)],
    ['Service', datum(order.delivery_service)],
    ['Customer', datum(order.customer_id)],
    ['Entry', datum(order.entry)],
    ['Locale', datum(order.locale)],
    ['Shard key', datum(order.shardkey)],
    ['OOF shard', datum(order.oof_shard)],
    ['SM ID', datum(order.sm_id)],
    ['Signature', datum(order.internal_signature)],
  ]);
}

/**
 * @param {string} title
 * @param {[string, Node, string?][]} rows name, value, class
 */
function card(title, rows) {
  const pairs = rows.map(([name, value, kind]) =>
    el('div', { class: kind }, el('dt', {}, name), el('dd', {}, value)),
  );
  return el('section', { class: 'card' }, el('h3', {}, title), el('dl', {}, ...pairs));
}

/** An order may have thousands. */
const FIRST_ITEMS = 30;
const itemColumns = ['Item', 'Article', 'Size', 'Status', 'Price', 'Sale', 'Total'];

/**
 * The roles repeat what the tags say: on narrow screens the rows become blocks, and a table that is not laid
 * out as one is otherwise no longer read as one.
 *
 * @param {any} order
 */
function itemsCard(order) {
  const head = itemColumns.map((name) => el('th', { scope: 'col', role: 'columnheader' }, name));
  const table = el(
    'table',
    { role: 'table', 'aria-labelledby': 'items-heading' },
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...head)),
    itemRows(order),
    el('tfoot', { role: 'rowgroup' }, itemsTotalRow(order)),
  );
  return el(
    'section',
    { class: 'card items' },
    el('h3', { id: 'items-heading' }, 'Items'),
    // A box that may scroll has to be reached by the keyboard.
    el(
      'div',
      { class: 'items-box', role: 'group', 'aria-labelledby': 'items-heading', tabindex: '0' },
      table,
    ),
  );
}

/** @param {any} order */
function itemRows({ items, ...order }) {
  const rowOf = (/** @type {any} */ item) => itemRow(item, order);
  const rows = el('tbody', { role: 'rowgroup' }, ...items.slice(0, FIRST_ITEMS).map(rowOf));
  if (items.length <= FIRST_ITEMS) return rows;
  const button = el(
    'button',
    { type: 'button', class: 'quiet' },
    `Show all ${counted(items.length, 'item')}`,
  );
  const columns = String(itemColumns.length);
  const buttonRow = el('tr', { role: 'row' }, el('td', { role: 'cell', colspan: columns }, button));
  button.addEventListener('click', () => {
    const others = items.slice(FIRST_ITEMS).map(rowOf);
    // The keyboard goes on where it was.
    others[0].setAttribute('tabindex', '-1');
    buttonRow.replaceWith(...others);
    others[0].focus({ preventScroll: true });
  });
  rows.append(buttonRow);
  return rows;
}

/**
 * @param {any} item
 * @param {any} order
 */
function itemRow(item, order) {
  const currency = order.payment.currency;
  const cells = [
    el('bdi', {}, String(item.nm_id)),
    datum(item.size),
    el('bdi', {}, String(item.status)),
    moneyElement(item.price, currency),
    item.sale > 0 ? el('span', { class: 'money' }, `−${item.sale} %`) : datum(''),
    moneyElement(item.total_price, currency),
  ];
  return el(
    'tr',
    { role: 'row' },
    el('th', { scope: 'row', role: 'rowheader' }, ...itemName(item, order)),
    ...cells.map((value, index) => el('td', { role: 'cell', 'data-column': itemColumns[index + 1] }, value)),
  );
}

/**
 * @param {any} item
 * @param {any} order
 */
function itemName(item, order) {
  const ids = [itemId('chrt', item.chrt_id), itemId('rid', item.rid)];
  if (item.track_number !== order.track_number) ids.push(itemId('track', item.track_number));
  return [
    el('span', { class: 'item-name' }, datum(item.name)),
    item.brand ? el('span', { class: 'item-brand' }, longText(item.brand)) : null,
    ...ids,
  ];
}

/**
 * @param {string} name
 * @param {string | number} value
 */
function itemId(name, value) {
  return el('span', { class: 'item-id' }, `${name} `, longText(String(value)));
}

/** @param {any} order */
function itemsTotalRow(order) {
  return el(
    'tr',
    { role: 'row' },
    el(
      'th',
      { scope: 'row', role: 'rowheader', colspan: '6' },
      `Sum of ${counted(order.items.length, 'item')}`,
    ),
    el(
      'td',
      { role: 'cell', 'data-column': 'Total' },
      moneyElement(itemsTotal(order), order.payment.currency),
    ),
  );
}

/**
 * The rules of the totals that this order breaks. The server takes such an order and marks it.
 *
 * @param {any} order
 * @returns {string[]}
 */
function totalsFaults(order) {
  const { amount, goods_total, delivery_cost, custom_fee, currency } = order.payment;
  const parts = BigInt(goods_total) + BigInt(delivery_cost) + BigInt(custom_fee);
  const items = itemsTotal(order);
  const shown = (/** @type {number | bigint} */ minorUnits) => formatMinorUnits(minorUnits, currency);
  const faults = [];
  if (parts !== BigInt(amount)) {
    faults.push(`Goods, delivery and fee make ${shown(parts)}, but the amount is ${shown(amount)}.`);
  }
  if (items !== BigInt(goods_total)) {
    faults.push(`The items make ${shown(items)}, but the goods total is ${shown(goods_total)}.`);
  }
  return faults;
}

/** @param {string[]} faults */
function totalsNotice(faults) {
  return el('div', { class: 'totals-notice' }, ...faults.map((fault) => el('p', {}, fault)));
}

/**
 * A thousand safe integers may sum beyond the safe ones.
 *
 * @param {any} order
 * @returns {bigint}
 */
function itemsTotal(order) {
  return order.items.reduce(
    (/** @type {bigint} */ sum, /** @type {any} */ item) => sum + BigInt(item.total_price),
    0n,
  );
}

/**
 * @param {number} count
 * @param {string} noun
 */
function counted(count, noun) {
  return `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}`;
}
