import type { FaultyPostgres } from './faulty-postgres.js';
import type { TopicRecord } from './topic-reader.js';

export interface States {
  readonly status: string;
  readonly payment_status: string;
  readonly shipment_status: string;
}

/** A version, as the history of its order has it. */
export interface KeptVersion {
  readonly version: number;
  readonly change: string;
  readonly previous: string | null;
  readonly current: string | null;
}

export interface KeptOrder {
  readonly version: number;
  readonly content: object;
  readonly states: States;
  /** From the second version on. */
  readonly history: readonly KeptVersion[];
}

/** The versions of an order that brought content. */
export const contentsOf = ({ history }: Pick<KeptOrder, 'history'>): number =>
  1 + history.filter(({ change }) => change === 'content').length;

export interface KeptDeadLetter {
  readonly topic: string;
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
  /** On the topics of dead letters, by the topic whose events they are of. */
  readonly deadLetterCopies: ReadonlyMap<string, readonly TopicRecord[]>;
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
  const histories = new Map<string, KeptVersion[]>();
  for (const row of await rowsOf(postgres, database, 'order_history', 'order_uid, version')) {
    const { order_uid: orderUid, version, change, previous, current } = row as Row & KeptVersion;
    const history = histories.get(orderUid) ?? [];
    histories.set(orderUid, history);
    if (version > 1) history.push({ version, change, previous, current });
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
    orders.set(orderUid, {
      version: row['version'] as number,
      content,
      states: {
        status: row['life'] as string,
        payment_status: row['payment_status'] as string,
        shipment_status: row['shipment_status'] as string,
      },
      history: histories.get(orderUid) ?? [],
    });
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
    `SELECT topic, partition, "offset"::float8 AS "offset", value, reason FROM dead_letters ORDER BY id`,
  );
}
