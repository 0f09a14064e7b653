import { formatMinorUnits } from '../../kit/money.js';

/** @typedef {import('./loading.js').Order} Order */

/**
 * The rules of the totals that this order breaks. The server takes such an order and marks it.
 *
 * @param {Order} order
 * @returns {string[]}
 */
export function totalsFaults(order) {
  const { amount, goods_total, delivery_cost, custom_fee, currency } = order.payment;
  const parts = BigInt(goods_total) + BigInt(delivery_cost) + BigInt(custom_fee);
  const items = itemsTotal(order);
  const shown = (/** @type {number | bigint} */ minorUnits) => formatMinorUnits(minorUnits, currency);
  const faults = [];
  if (parts !== BigInt(amount)) {
    faults.push(
      `The totals do not add up: goods, delivery and fee make ${shown(parts)}, but the amount is ${shown(amount)}.`,
    );
  }
  if (items !== BigInt(goods_total)) {
    faults.push(
      `The totals do not add up: the items make ${shown(items)}, but the goods were charged as ${shown(goods_total)}.`,
    );
  }
  return faults;
}

/**
 * A thousand safe integers may sum beyond the safe ones.
 *
 * @param {Order} order
 * @returns {bigint}
 */
export function itemsTotal({ items }) {
  return items.reduce((sum, { total_price }) => sum + BigInt(total_price), 0n);
}
