/** An order as a shop sends it. */
export interface ShopOrder {
  readonly order_uid: string;
  /** Tells the revisions of one order apart. Every item has a parcel of its own. */
  readonly track_number: string;
  readonly payment: { readonly amount: number; readonly currency: string; readonly [field: string]: unknown };
  readonly items: readonly {
    readonly chrt_id: number;
    readonly track_number: string;
    readonly [field: string]: unknown;
  }[];
  readonly [field: string]: unknown;
}

/** What the items of an order are, by their lines: there is enough of the first, nobody counts the second. */
export const PLENTIFUL = 9_000_000;

/** About 1 kB, another content for each revision: the number of items, amounts and texts change. */
export function shopOrder(orderUid: string, revision: number): ShopOrder {
  const trackNumber = `REV${revision}`;
  const items = Array.from({ length: 1 + (revision % 3) }, (_, line) => ({
    chrt_id: PLENTIFUL + line,
    track_number: `${orderUid}-${revision}-${line}`,
    price: 1_000 + revision * 10 + line,
    rid: `${orderUid}-${line}`,
    name: `Кружка № ${revision}`,
    sale: 0,
    size: String(line),
    total_price: 1_000 + revision * 10 + line,
    nm_id: 2_000_000 + revision,
    brand: 'Łucja & Söhne',
    status: 202,
  }));
  const goodsTotal = items.reduce((sum, item) => sum + item.total_price, 0);
  return {
    order_uid: orderUid,
    track_number: trackNumber,
    entry: 'WBIL',
    delivery: {
      name: `Test Testov ${revision}`,
      phone: '+9720000000',
      zip: '2639809',
      city: 'Kiryat Mozkin',
      address: `Ploshad Mira ${revision}`,
      region: 'Kraiot',
      email: 'test@example.com',
    },
    payment: {
      transaction: orderUid,
      request_id: '',
      currency: 'USD',
      provider: 'wbpay',
      amount: goodsTotal + 150,
      payment_dt: 1_637_907_727 + revision,
      bank: 'alpha',
      delivery_cost: 150,
      goods_total: goodsTotal,
      custom_fee: 0,
    },
    items,
    locale: 'en',
    internal_signature: '',
    customer_id: `customer-${revision}`,
    delivery_service: 'meest',
    shardkey: '9',
    sm_id: 99,
    date_created: '2021-11-26T06:22:19Z',
    oof_shard: '1',
  };
}

/** The customer whose orders the database of the suite refuses by a trigger, though the model accepts them. */
export const UNLOVED_CUSTOMER = 'refused-by-the-database';

export function unlovedOrder(orderUid: string): ShopOrder {
  return { ...shopOrder(orderUid, 1), customer_id: UNLOVED_CUSTOMER };
}

/** Padded by texts that have no limit of their own until its JSON has this many bytes. */
export function shopOrderOfBytes(orderUid: string, bytes: number): ShopOrder {
  const order = shopOrder(orderUid, 1);
  const missing = bytes - Buffer.byteLength(JSON.stringify(order));
  return { ...order, internal_signature: 'x'.repeat(missing) };
}

/** Values that are no order, each for another reason; `number` makes them differ. */
export function poison(number: number): Buffer {
  const order = shopOrder(`poison-${number}`, 1);
  const kinds: readonly (() => Buffer)[] = [
    () => Buffer.from(`{"order_uid":"poison-${number}",`),
    () => Buffer.from(JSON.stringify({ ...order, items: [] })),
    () => Buffer.from(JSON.stringify({ ...order, payment: { amount: 'much' } })),
    () => Buffer.from([0xff, 0xfe, number % 256]),
    () => Buffer.from(JSON.stringify({ ...order, order_uid: 'a/b' })),
    () => Buffer.from(JSON.stringify({ ...order, track_number: `nul \0 ${number}` })),
    () => Buffer.from(JSON.stringify([order])),
  ];
  return kinds[number % kinds.length]!();
}
