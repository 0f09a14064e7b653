import { randomBytes } from 'node:crypto';
import { Delivery } from '../model/delivery.js';
import { Item } from '../model/item.js';
import { Order } from '../model/order.js';
import { Payment } from '../model/payment.js';

const MAX_TEST_ITEMS = 5;

interface Place {
  readonly names: readonly string[];
  readonly city: string;
  readonly region: string;
  readonly streets: readonly string[];
  readonly zip: string;
  readonly phone: string;
  readonly currency: string;
  readonly locale: string;
}

/** Several scripts, one of them beyond the basic plane, so that a page or a store that bends text shows it. */
const PLACES: readonly Place[] = [
  {
    names: ['Emma Wilson', "Liam O'Brien"],
    city: 'Leeds',
    region: 'West Yorkshire',
    streets: ['Park Row', 'Call Lane'],
    zip: 'LS1 5HD',
    phone: '+44113496',
    currency: 'GBP',
    locale: 'en',
  },
  {
    names: ['Анна Смирнова', 'Пётр Ильин'],
    city: 'Казань',
    region: 'Татарстан',
    streets: ['улица Баумана', 'площадь Мира'],
    zip: '420111',
    phone: '+7843555',
    currency: 'RUB',
    locale: 'ru',
  },
  {
    names: ['Zażółć Gęślą', 'Łucja Wójcik'],
    city: 'Łódź',
    region: 'łódzkie',
    streets: ['ulica Piotrkowska', 'ulica Zgierska'],
    zip: '90-001',
    phone: '+4842555',
    currency: 'PLN',
    locale: 'pl',
  },
  {
    names: ['王小明', '李𠮷祥'],
    city: '上海',
    region: '上海市',
    streets: ['南京东路', '淮海中路'],
    zip: '200001',
    phone: '+8621555',
    currency: 'CNY',
    locale: 'zh',
  },
  {
    names: ['יעל כהן', 'דוד לוי'],
    city: 'חיפה',
    region: 'חיפה',
    streets: ['שדרות בן גוריון', 'רחוב הרצל'],
    zip: '3303220',
    phone: '+97245550',
    currency: 'ILS',
    locale: 'he',
  },
  {
    names: ['प्रिया शर्मा', 'अर्जुन पटेल'],
    city: 'पुणे',
    region: 'महाराष्ट्र',
    streets: ['लक्ष्मी रोड', 'एम जी रोड'],
    zip: '411001',
    phone: '+9120555',
    currency: 'INR',
    locale: 'hi',
  },
];

const GOODS = [
  { name: 'Mascara', brand: 'Vivienne Sabo', price: 453 },
  { name: 'Чайник эмалированный', brand: 'Лысьва', price: 2_490 },
  { name: 'Köpfhörer «Studio»', brand: 'Größe & Söhne', price: 12_990 },
  { name: '保温杯 🫖', brand: '小山', price: 1_880 },
  { name: 'Running shoes', brand: 'Meridian', price: 8_450 },
  { name: 'Ręcznik kąpielowy', brand: 'Wisła', price: 3_999 },
  { name: 'Phone case', brand: '', price: 799 },
] as const;

const SALES_PERCENT = [0, 0, 5, 10, 15, 30, 50, 70];
const SIZES = ['0', 'S', 'M', 'L', 'XL', '42', '42.5'];
const CARRIERS = ['meest', 'dhl', 'inpost', 'cdek', 'royal-mail'];
const BANKS = ['alpha', 'sber', 'mbank', 'leumi', 'hsbc'];
const DELIVERY_COSTS = [0, 500, 1_500, 2_990];

/** As in the order that the project's samples hold, so that test orders can be told from real ones. */
const UID_SUFFIX = 'test';

/**
 * A new order such as a shop would send: 1 to 5 items, names in several scripts, prices in minor units, totals
 * that add up, created now. Valid under the strictest rules.
 *
 * `random` (0 <= n < 1) decides what is in it; the `order_uid` never comes from it, so that two orders never
 * share one, whatever it returns.
 */
export function randomTestOrder(random: () => number = Math.random, { minItems = 1 } = {}): Order {
  const uid = uniqueHex(19) + UID_SUFFIX;
  const whole = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1));
  const pick = <T>(choices: readonly T[]): T => choices[whole(0, choices.length - 1)]!;

  const place = pick(PLACES);
  const trackNumber = `WB${pick(['IL', 'PL', 'GB', 'CN'])}TEST${whole(100_000, 999_999)}`;
  const createdAt = new Date();

  const items = Array.from({ length: whole(minItems, MAX_TEST_ITEMS) }, (): Item => {
    const { name, brand, price } = pick(GOODS);
    const sale = pick(SALES_PERCENT);
    return Object.assign(new Item(), {
      chrt_id: whole(1_000_000, 9_999_999),
      track_number: trackNumber,
      price,
      rid: uniqueHex(17) + UID_SUFFIX,
      name,
      sale,
      size: pick(SIZES),
      total_price: Math.round((price * (100 - sale)) / 100),
      nm_id: whole(1_000_000, 9_999_999),
      brand,
      status: 202,
    } satisfies Item);
  });

  const delivery = Object.assign(new Delivery(), {
    name: pick(place.names),
    phone: `${place.phone}${whole(1_000, 9_999)}`,
    zip: place.zip,
    city: place.city,
    address: `${pick(place.streets)} ${whole(1, 120)}`,
    region: place.region,
    email: `test.${whole(1, 999_999)}@example.com`,
  } satisfies Delivery);

  const goodsTotal = items.reduce((sum, item) => sum + item.total_price, 0);
  const deliveryCost = pick(DELIVERY_COSTS);
  const customFee = pick([0, 0, 0, 250]);
  const payment = Object.assign(new Payment(), {
    transaction: uid,
    request_id: '',
    currency: place.currency,
    provider: 'wbpay',
    amount: goodsTotal + deliveryCost + customFee,
    payment_dt: Math.floor(createdAt.getTime() / 1_000),
    bank: pick(BANKS),
    delivery_cost: deliveryCost,
    goods_total: goodsTotal,
    custom_fee: customFee,
  } satisfies Payment);

  return Object.assign(new Order(), {
    order_uid: uid,
    track_number: trackNumber,
    entry: 'WBIL',
    delivery,
    payment,
    items,
    locale: place.locale,
    internal_signature: '',
    customer_id: `test-${whole(1, 500)}`,
    delivery_service: pick(CARRIERS),
    shardkey: String(whole(0, 9)),
    sm_id: whole(1, 99),
    date_created: createdAt.toISOString(),
    oof_shard: String(whole(0, 9)),
  } satisfies Order);
}

function uniqueHex(characters: number): string {
  return randomBytes(Math.ceil(characters / 2))
    .toString('hex')
    .slice(0, characters);
}
