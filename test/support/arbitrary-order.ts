import fc from 'fast-check';
import { Delivery } from '../../src/orders/model/delivery.js';
import { Item } from '../../src/orders/model/item.js';
import { Order } from '../../src/orders/model/order.js';
import { Payment } from '../../src/orders/model/payment.js';

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
  const amount = totals === 'match' ? fc.nat({ max: 1_000_000_000_000 }) : wholeNumber();
  return fc
    .record({
      order_uid: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      track_number: shortText(1),
      entry: shortText(),
      delivery: delivery(),
      payment: payment(amount),
      items: fc.array(item(amount), { minLength: 1, maxLength: maxItems }),
      locale: shortText(),
      internal_signature: storableText(),
      customer_id: shortText(),
      delivery_service: shortText(),
      shardkey: shortText(),
      sm_id: wholeNumber(),
      date_created: arbitraryDateTime(),
      oof_shard: shortText(),
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

/** RFC 3339 date-times of years 0001 to 9999 with any offset below 16 hours and any fraction of a second. */
export function arbitraryDateTime(): fc.Arbitrary<string> {
  const day = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  const offset = fc
    .tuple(fc.constantFrom('+', '-'), fc.nat({ max: 15 }), fc.nat({ max: 59 }))
    .map(([sign, hours, minutes]) => `${sign}${twoDigits(hours)}:${twoDigits(minutes)}`);
  const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,30}$/));
  return fc
    .tuple(
      day,
      fraction,
      fc.oneof(fc.constantFrom('Z', 'z', '-00:00'), offset),
      fc.constantFrom('T', 'T', 't'),
    )
    .map(([date, digits, zone, t]) => date.toISOString().slice(0, 19).replace('T', t) + digits + zone);
}

/** Any text that PostgreSQL can store: no NUL, no lone surrogate. */
function storableText(length: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  const character = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.constantFrom('"', '\\', "'", '\n', '\u2028', '\u007f', '\uFEFF', '$', '😀') },
  );
  return fc
    .array(character, { minLength: length.minLength ?? 0, maxLength: length.maxLength ?? 20 })
    .map((characters) => characters.join('').replaceAll('\0', '0'));
}

/** Whole numbers from 0 to the largest safe one, the edges often. */
function wholeNumber(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.nat({ max: 100_000 }),
    fc.maxSafeNat(),
    fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
  );
}

function delivery(): fc.Arbitrary<Delivery> {
  return fc
    .record({
      name: storableText({ minLength: 1 }),
      phone: shortText(),
      zip: shortText(),
      city: storableText(),
      address: storableText(),
      region: storableText(),
      email: fc.stringMatching(
        /^[a-z0-9]{1,10}([.+_-][a-z0-9]{1,8})?@[a-z0-9]{1,10}(-[a-z0-9]{1,5})?\.[a-z]{2,6}$/,
      ),
    })
    .map((fields) => Object.assign(new Delivery(), fields));
}

function payment(amount: fc.Arbitrary<number>): fc.Arbitrary<Payment> {
  return fc
    .record({
      transaction: shortText(1),
      request_id: shortText(),
      currency: fc.constantFrom('USD', 'EUR', 'JPY', 'PLN', 'KWD', 'ILS'),
      provider: shortText(),
      amount,
      payment_dt: wholeNumber(),
      bank: shortText(),
      delivery_cost: amount,
      goods_total: amount,
      custom_fee: amount,
    })
    .map((fields) => Object.assign(new Payment(), fields));
}

function item(amount: fc.Arbitrary<number>): fc.Arbitrary<Item> {
  return fc
    .record({
      chrt_id: wholeNumber(),
      track_number: shortText(),
      price: wholeNumber(),
      rid: shortText(),
      name: storableText(),
      sale: fc.nat({ max: 100 }),
      size: shortText(),
      total_price: amount,
      nm_id: wholeNumber(),
      brand: storableText(),
      status: wholeNumber(),
    })
    .map((fields) => Object.assign(new Item(), fields));
}

/** At most 255 characters, a grapheme of the generator being several of them. */
function shortText(minLength = 0): fc.Arbitrary<string> {
  const longest = fc.constantFrom('x'.repeat(255), '😀'.repeat(255));
  return fc.oneof(
    { weight: 30, arbitrary: storableText({ minLength, maxLength: 12 }) },
    { weight: 1, arbitrary: longest },
  );
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
