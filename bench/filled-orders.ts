import type { Client } from 'pg';
import type { Order } from '../src/orders/model/order.js';
import { searchedTexts, searchTermsOf } from '../src/orders/model/search-terms.js';
import { benchOrder, GOODS, ITEMS_PER_ORDER, NAMES } from './order-events.js';

/** Far from the numbers that orderEvents() is asked for; of nine digits each, so that none has to be padded. */
const FIRST_NUMBER = 500_000_000;
/** Before any order that is received while a benchmark runs, and before any that orderEvents() makes. */
const FIRST_CREATED_MS = Date.UTC(2025, 0, 1);
const CREATED_EVERY_MS = 5_000;

/** The order at a place in the tables, from 0. The larger the place, the later it was received. */
export function filledOrder(place: number): Order {
  return benchOrder(FIRST_NUMBER + place, FIRST_CREATED_MS + place * CREATED_EVERY_MS);
}

/** `scattered` of order-events.ts. */
const scattered = (number: string): string => `lpad(to_hex(((${number}) * 2654435761) & 4294967295), 8, '0')`;

const ORDER_UID = `${scattered('n')} || ${scattered('n + 1')} || 'bench'`;
const TRACK_NUMBER = `'WBBENCH' || n`;
const CREATED_AT = `to_timestamp((${FIRST_CREATED_MS} + (n - ${FIRST_NUMBER}) * ${CREATED_EVERY_MS}) / 1000.0)`;

const price = (line: string): string => `(500 + (n * 37 + ${line} * 911) % 9000)`;
const sale = (line: string): string => `(CASE WHEN (n + ${line}) % 4 = 0 THEN 30 ELSE 0 END)`;
const totalPrice = (line: string): string => `round(${price(line)} * (100 - ${sale(line)}) / 100.0)::bigint`;
const GOODS_TOTAL = Array.from({ length: ITEMS_PER_ORDER }, (_, line) => totalPrice(String(line))).join(
  ' + ',
);

/** n: the orders' numbers. */
const NUMBERS = 'generate_series($1::bigint, $2::bigint) AS n';

const ORDERS = `
  INSERT INTO orders (
    order_uid, track_number, entry, locale, internal_signature, customer_id, delivery_service, shardkey, sm_id,
    date_created, oof_shard, created_at, status, version, content_hash, totals_match, received_at, updated_at)
  SELECT ${ORDER_UID}, ${TRACK_NUMBER}, 'WBIL', 'en', '', 'customer-' || n % 5000, 'meest', (n % 10)::text, n % 100,
         to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '1', created_at, 'received', 1,
         decode(md5(n::text), 'hex'), true, created_at, created_at
  FROM ${NUMBERS}, LATERAL (SELECT ${CREATED_AT} AS created_at)`;

const DELIVERIES = `
  INSERT INTO deliveries (order_uid, name, phone, zip, city, address, region, email)
  SELECT ${ORDER_UID}, ($3::text[])[(n % ${NAMES.length} + 1)::int], '+9720' || n, '2639809',
         'Kiryat Mozkin', 'Ploshad Mira ' || n % 200, 'Kraiot', 'customer.' || n || '@example.com'
  FROM ${NUMBERS}`;

const PAYMENTS = `
  INSERT INTO payments (
    order_uid, transaction, request_id, currency, provider, amount, payment_dt, bank, delivery_cost, goods_total,
    custom_fee)
  SELECT ${ORDER_UID}, ${ORDER_UID}, '', 'USD', 'wbpay', goods_total + 500 * (n % 4),
         floor(extract(epoch FROM ${CREATED_AT})), 'alpha', 500 * (n % 4), goods_total, 0
  FROM ${NUMBERS}, LATERAL (SELECT ${GOODS_TOTAL} AS goods_total)`;

const ITEMS = `
  INSERT INTO items (
    order_uid, line, chrt_id, track_number, price, rid, name, sale, size, total_price, nm_id, brand, status)
  SELECT ${ORDER_UID}, line, 1000000 + n * ${ITEMS_PER_ORDER} + line, ${TRACK_NUMBER}, ${price('line')},
         ${scattered(`n * ${ITEMS_PER_ORDER} + line`)} || line || 'bench', ($3::text[])[((n + line) % ${GOODS.length} + 1)::int],
         ${sale('line')}, (line * 2)::text, ${totalPrice('line')}, 2000000 + (n * 13 + line) % 500000, 'Vivienne Sabo',
         202
  FROM ${NUMBERS}, generate_series(0, ${ITEMS_PER_ORDER - 1}) AS line`;

/** The terms of what the buyers of {@link filledOrder} are called, by their places in NAMES. */
const NAME_TERMS = NAMES.map((name) => searchTermsOf({ ...searchedTexts(filledOrder(0)), name }).name);

const TERMS = `
  INSERT INTO order_search (
    order_uid, track_number, customer_id, email, phone, name_1, name_2, received_at, content_version)
  SELECT ${ORDER_UID}, ${TRACK_NUMBER}, 'CUSTOMER-' || n % 5000, 'CUSTOMER.' || n || '@EXAMPLE.COM',
         reverse('9720' || n), ($3::text[])[(n % ${NAMES.length} + 1)::int], ($4::text[])[(n % ${NAMES.length} + 1)::int],
         ${CREATED_AT}, 1
  FROM ${NUMBERS}`;

/**
 * Fills the places from `start` up to, and not with, `end`: what the program would have stored of {@link filledOrder},
 * field for field, but for `content_hash`, which holds as many bytes and is not the content's. So an order that comes
 * again is taken for a change. The indexes grow with the tables, as the program's do; built afterwards, they would
 * be smaller and have room for nothing.
 */
export async function insertOrders(client: Client, start: number, end: number): Promise<void> {
  const numbers = [FIRST_NUMBER + start, FIRST_NUMBER + end - 1];
  await client.query(ORDERS, numbers);
  await client.query(DELIVERIES, [...numbers, NAMES]);
  await client.query(PAYMENTS, numbers);
  await client.query(ITEMS, [...numbers, GOODS]);
  await client.query(TERMS, [...numbers, ...[0, 1].map((place) => NAME_TERMS.map((terms) => terms[place]))]);
}
