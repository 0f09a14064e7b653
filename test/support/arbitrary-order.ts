import fc from 'fast-check';
import { Delivery } from '../../src/orders/model/delivery.js';
import { Item } from '../../src/orders/model/item.js';
import { Order } from '../../src/orders/model/order.js';
import { Payment } from '../../src/orders/model/payment.js';
import {
  arbitraryDateTime,
  arbitraryShortText,
  arbitraryText,
  arbitraryWholeNumber,
} from './arbitrary-fields.js';

export interface ArbitraryOrderOptions {
  /** `match`: the amounts add up; `any`: each is anything, so they nearly never do. Default `match`. */
  totals?: 'match' | 'any';
  /** Default 4, so that a run of many orders stays quick; the model's own limit is 1,000. */
  maxItems?: number;
}

/**
 * Valid orders of every kind: texts of any script and of any storable character, empty where they may be, whole
 * numbers up to the largest safe one, dates with any offset and fraction. Shrinks towards a small plain order.
 */
export function arbitraryOrder(options: ArbitraryOrderOptions = {}): fc.Arbitrary<Order> {
  const { totals = 'match', maxItems = 4 } = options;
  const amount = totals === 'match' ? fc.nat({ max: 1_000_000_000_000 }) : arbitraryWholeNumber();
  return fc
    .record({
      order_uid: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      track_number: arbitraryShortText(1),
      entry: arbitraryShortText(),
      delivery: delivery(),
      payment: payment(amount),
      items: fc.array(item(amount), { minLength: 1, maxLength: maxItems }),
      locale: arbitraryShortText(),
      internal_signature: arbitraryText(),
      customer_id: arbitraryShortText(),
      delivery_service: arbitraryShortText(),
      shardkey: arbitraryShortText(),
      sm_id: arbitraryWholeNumber(),
      date_created: arbitraryDateTime(),
      oof_shard: arbitraryShortText(),
    })
    .map((fields) => {
      const order = Object.assign(new Order(), fields);
      if (totals === 'match') {
        order.payment.goods_total = order.items.reduce((sum, { total_price }) => sum + total_price, 0);
        const { goods_total, delivery_cost, custom_fee } = order.payment;
        order.payment.amount = goods_total + delivery_cost + custom_fee;
      }
      return order;
    });
}

function delivery(): fc.Arbitrary<Delivery> {
  return fc
    .record({
      name: arbitraryText({ minLength: 1 }),
      phone: arbitraryShortText(),
      zip: arbitraryShortText(),
      city: arbitraryText(),
      address: arbitraryText(),
      region: arbitraryText(),
      email: fc.stringMatching(
        /^[a-z0-9]{1,10}([.+_-][a-z0-9]{1,8})?@[a-z0-9]{1,10}(-[a-z0-9]{1,5})?\.[a-z]{2,6}$/,
      ),
    })
    .map((fields) => Object.assign(new Delivery(), fields));
}

function payment(amount: fc.Arbitrary<number>): fc.Arbitrary<Payment> {
  return fc
    .record({
      transaction: arbitraryShortText(1),
      request_id: arbitraryShortText(),
      currency: fc.constantFrom('USD', 'EUR', 'JPY', 'PLN', 'KWD', 'ILS'),
      provider: arbitraryShortText(),
      amount,
      payment_dt: arbitraryWholeNumber(),
      bank: arbitraryShortText(),
      delivery_cost: amount,
      goods_total: amount,
      custom_fee: amount,
    })
    .map((fields) => Object.assign(new Payment(), fields));
}

function item(amount: fc.Arbitrary<number>): fc.Arbitrary<Item> {
  return fc
    .record({
      chrt_id: arbitraryWholeNumber(),
      track_number: arbitraryShortText(),
      price: arbitraryWholeNumber(),
      rid: arbitraryShortText(),
      name: arbitraryText(),
      sale: fc.nat({ max: 100 }),
      size: arbitraryShortText(),
      total_price: amount,
      nm_id: arbitraryWholeNumber(),
      brand: arbitraryText(),
      status: arbitraryWholeNumber(),
    })
    .map((fields) => Object.assign(new Item(), fields));
}
