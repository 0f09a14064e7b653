import type { Order } from '../../src/orders/model/order.js';
import { sampleOrder } from '../support/sample-order.js';

const ENDLESS_WORD = 'Donaudampfschifffahrtsgesellschaftskapitaen'.repeat(4);
const LONG_TEXT = 'A name as somebody has pasted it from a letter, with all that stood around it. '.repeat(
  20,
);
const ITEMS = 12;
const AMOUNT = 9_007_199_254_740;

/** An order of which no value has the length that one thinks of: each has to stay within its own place. */
export function longOrder(createdAt: Date): Order {
  const order = sampleOrder() as unknown as Order;
  const uid = 'order_of_sixty-four_characters_that_somebody_has_made_up_by_hand'.slice(0, 64);
  const [item] = order.items;
  Object.assign(order, {
    order_uid: uid,
    track_number: `WB${'0123456789'.repeat(6)}`,
    customer_id: ENDLESS_WORD.slice(0, 120),
    date_created: createdAt.toISOString(),
  });
  Object.assign(order.delivery, {
    name: LONG_TEXT,
    city: ENDLESS_WORD,
    address: 'שדרות בן גוריון 12, דירה 4',
    email: `${'a.long.name'.repeat(5)}@example.com`,
  });
  order.items = Array.from({ length: ITEMS }, (_, n) => ({
    ...item!,
    rid: `${item!.rid}${n}`,
    name: n === 0 ? ENDLESS_WORD : n === 1 ? LONG_TEXT : item!.name,
    price: n === 0 ? AMOUNT : item!.price,
    total_price: n === 0 ? AMOUNT : item!.total_price,
    sale: n === 0 ? 0 : item!.sale,
    track_number: order.track_number,
  }));
  const goods = order.items.reduce((sum, { total_price }) => sum + total_price, 0);
  Object.assign(order.payment, {
    transaction: uid,
    goods_total: goods,
    amount: goods + order.payment.delivery_cost + order.payment.custom_fee,
    payment_dt: Math.floor(createdAt.getTime() / 1_000),
  });
  return order;
}
