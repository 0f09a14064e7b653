import type { FaultyPostgres } from './faulty-postgres.js';
import type { TopicRecord } from './topic-reader.js';

export interface KeptOrder {
  readonly version: number;
  readonly content: object;
}

export interface KeptDeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly value: Buffer | null;
  readonly reason: string;
}

/** All that is there: what the tables and the topics hold. */
export interface Kept {
  readonly orders: ReadonlyMap<string, KeptOrder>;
  /** Rows of the order's tables that are there twice, or belong to no order. */
  readonly duplicates: readonly string[];
  readonly deadLetters: readonly KeptDeadLetter[];
  readonly statusEvents: readonly TopicRecord[];
  readonly deadLetterCopies: readonly TopicRecord[];
}

type Row = Record<string, unknown> & { order_uid: string };

/** What Waybill knows of an order besides its own fields. */
const ORDER_FIELDS = [
  ...['order_uid', 'track_number', 'entry', 'locale', 'internal_signature', 'customer_id'],
  ...['delivery_service', 'shardkey', 'sm_id', 'date_created', 'oof_shard'],
];

async function rowsOf(
  postgres: FaultyPostgres,
  database: string,
  table: string,
  order: string,
): Promise<Row[]> {
  const rows = await postgres.query<{ row: Row }>(
    database,
    `SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY ${order}`,
  );
  return rows.map(({ row }) => row);
}

/** Reads the order's tables one by one, by a way of its own, and puts the orders together. */
export async function keptOrders(
  postgres: FaultyPostgres,
  database: string,
): Promise<Pick<Kept, 'orders' | 'duplicates'>> {
  const duplicates: string[] = [];
  const partsOf = async (table: string): Promise<Map<string, object>> => {
    const parts = new Map<string, object>();
    for (const { order_uid: orderUid, ...part } of await rowsOf(postgres, database, table, 'order_uid')) {
      if (parts.has(orderUid)) duplicates.push(`${orderUid} in ${table}`);
      parts.set(orderUid, part);
    }
    return parts;
  };
  const deliveries = await partsOf('deliveries');
  const payments = await partsOf('payments');
  const items = new Map<string, object[]>();
  for (const { order_uid: orderUid, line, ...item } of await rowsOf(
    postgres,
    database,
    'items',
    'order_uid, line',
  )) {
    const list = items.get(orderUid) ?? [];
    items.set(orderUid, list);
    if (line !== list.length) duplicates.push(`${orderUid} in items, line ${String(line)}`);
    list.push(item);
  }
  const orders = new Map<string, KeptOrder>();
  for (const row of await rowsOf(postgres, database, 'orders', 'order_uid')) {
    const orderUid = row.order_uid;
    if (orders.has(orderUid)) duplicates.push(`${orderUid} in orders`);
    const own = Object.fromEntries(ORDER_FIELDS.map((field) => [field, row[field]]));
    const content = {
      ...own,
      delivery: deliveries.get(orderUid),
      payment: payments.get(orderUid),
      items: items.get(orderUid),
    };
    orders.set(orderUid, { version: row['version'] as number, content });
  }
  for (const [table, parts] of Object.entries({ deliveries, payments, items })) {
    for (const orderUid of parts.keys()) {
      if (!orders.has(orderUid)) duplicates.push(`${orderUid} in ${table} belongs to no order`);
    }
  }
  return { orders, duplicates };
}

export async function keptDeadLetters(postgres: FaultyPostgres, database: string): Promise<KeptDeadLetter[]> {
  return postgres.query<KeptDeadLetter & object>(
    database,
    `SELECT partition, "offset"::float8 AS "offset", value, reason FROM dead_letters ORDER BY id`,
  );
}
