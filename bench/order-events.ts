import type { Message } from 'kafkajs';
import type { Order } from '../src/orders/model/order.js';

const FIRST_CREATED_MS = Date.UTC(2026, 0, 1);
export const NAMES = ['Emma Wilson', 'Анна Смирнова', 'Łucja Wójcik', '李祥', 'דוד לוי'];
export const GOODS = ['Mascara', 'Чайник эмалированный', 'Running shoes', 'Ręcznik kąpielowy', '保温杯'];
export const ITEMS_PER_ORDER = 2;

/**
 * Order events as a shop would send them: all different, two items and about 1 kB of JSON each, totals that add up.
 * The same number always gives the same order, so that every round and every run stores the same content.
 *
 * @param first the number of the first one, to make many of them slice by slice
 */
export function orderEvents(count: number, first = 0): Message[] {
  return Array.from({ length: count }, (_, index) => {
    const order = benchOrder(first + index);
    return { key: order.order_uid, value: JSON.stringify(order) };
  });
}

/** The order of that number. @param createdMs in milliseconds since the Unix epoch */
export function benchOrder(number: number, createdMs = FIRST_CREATED_MS + number * 1_000): Order {
  const orderUid = `${scattered(number)}${scattered(number + 1)}bench`;
  const trackNumber = `WBBENCH${String(number).padStart(9, '0')}`;
  const items = Array.from({ length: ITEMS_PER_ORDER }, (_, line) => {
    const price = 500 + ((number * 37 + line * 911) % 9_000);
    const sale = (number + line) % 4 === 0 ? 30 : 0;
    return {
      chrt_id: 1_000_000 + number * ITEMS_PER_ORDER + line,
      track_number: trackNumber,
      price,
      rid: `${scattered(number * ITEMS_PER_ORDER + line)}${line}bench`,
      name: GOODS[(number + line) % GOODS.length]!,
      sale,
      size: String(line * 2),
      total_price: Math.round((price * (100 - sale)) / 100),
      nm_id: 2_000_000 + ((number * 13 + line) % 500_000),
      brand: 'Vivienne Sabo',
      status: 202,
    };
  });
  const goodsTotal = items.reduce((sum, item) => sum + item.total_price, 0);
  const deliveryCost = 500 * (number % 4);
  return {
    order_uid: orderUid,
    track_number: trackNumber,
    entry: 'WBIL',
    delivery: {
      name: NAMES[number % NAMES.length]!,
      phone: `+9720${String(number).padStart(7, '0')}`,
      zip: '2639809',
      city: 'Kiryat Mozkin',
      address: `Ploshad Mira ${number % 200}`,
      region: 'Kraiot',
      email: `customer.${number}@example.com`,
    },
    payment: {
      transaction: orderUid,
      request_id: '',
      currency: 'USD',
      provider: 'wbpay',
      amount: goodsTotal + deliveryCost,
      payment_dt: Math.floor(createdMs / 1_000),
      bank: 'alpha',
      delivery_cost: deliveryCost,
      goods_total: goodsTotal,
      custom_fee: 0,
    },
    items,
    locale: 'en',
    internal_signature: '',
    customer_id: `customer-${number % 5_000}`,
    delivery_service: 'meest',
    shardkey: String(number % 10),
    sm_id: number % 100,
    date_created: new Date(createdMs).toISOString(),
    oof_shard: '1',
  };
}

/**
 * Eight hexadecimal digits, different for each number and in no order (Knuth's multiplicative hashing, by an odd
 * factor and so without collisions): real ids do not grow, and an index that is filled at its end alone is cheaper.
 */
function scattered(number: number): string {
  return (Math.imul(number, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
}
