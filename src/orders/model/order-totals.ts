import { faultAt, type FieldFault } from '../../platform/validation/field-fault.js';
import type { Order } from './order.js';

/**
 * Whether a valid order's amounts add up: `payment.amount = goods_total + delivery_cost + custom_fee` and
 * `payment.goods_total` = the sum of the items' `total_price`.
 *
 * Exact with plain numbers: no amount is negative, so a sum that leaves the safe integers has left them for
 * good, and then equals no amount.
 */
export function totalsMatch(order: Order): boolean {
  const { amount, goods_total, delivery_cost, custom_fee } = order.payment;
  if (goods_total + delivery_cost + custom_fee !== amount) return false;
  let sum = 0;
  for (const item of order.items) sum += item.total_price;
  return sum === goods_total;
}

const PAYMENT = { before: undefined, step: 'payment' };

/** What does not add up, with the sum that was expected. Fields that hold no whole number are passed over. */
export function totalsFaults(order: Order): FieldFault[] {
  const faults: FieldFault[] = [];
  const { amount, goods_total, delivery_cost, custom_fee } = order.payment ?? {};
  const payable = exactSum([goods_total, delivery_cost, custom_fee]);
  if (differ(amount, payable)) {
    const detail = `must be goods_total + delivery_cost + custom_fee, which is ${payable}`;
    faults.push(faultAt({ before: PAYMENT, step: 'amount' }, detail));
  }
  const goods = Array.isArray(order.items)
    ? exactSum(order.items.map((item) => item?.total_price))
    : undefined;
  if (differ(goods_total, goods)) {
    const detail = `must be the sum of total_price over the items, which is ${goods}`;
    faults.push(faultAt({ before: PAYMENT, step: 'goods_total' }, detail));
  }
  return faults;
}

function differ(stated: unknown, sum: bigint | undefined): boolean {
  return sum !== undefined && Number.isSafeInteger(stated) && BigInt(stated as number) !== sum;
}

function exactSum(amounts: readonly unknown[]): bigint | undefined {
  let sum = 0n;
  for (const amount of amounts) {
    if (!Number.isSafeInteger(amount)) return undefined;
    sum += BigInt(amount as number);
  }
  return sum;
}
