import type { FaultyPostgres } from '../faulty-postgres.js';
import type { TopicRecord } from '../topic-reader.js';
import type { ParcelNews, Payment } from './life.js';

/** The owners of states, each with the topic that it announces on. */
export const OWNERS = ['payments', 'tracking', 'inventory'] as const;
export type Owner = (typeof OWNERS)[number];

/** The number of an owner's last announcement of an order, by the owner's own tables. */
interface LastNumber {
  readonly owner: Owner;
  readonly order_uid: string;
  readonly number: number;
  /** What orders has of it. */
  readonly heard: number;
}

export interface StockLevel {
  readonly chrt_id: number;
  readonly on_hand: number;
  readonly reserved: number;
}

/** All that is there of what has happened to orders. */
export interface KeptLife {
  readonly ledger: readonly Payment[];
  readonly timeline: readonly ParcelNews[];
  readonly numbers: readonly LastNumber[];
  readonly stock: readonly StockLevel[];
  readonly announced: Readonly<Record<Owner, readonly TopicRecord[]>>;
  /** What `waybill inventory verify` says; undefined where all adds up. */
  readonly verifyComplains: string | undefined;
}

const LEDGER = `
  SELECT event_id, order_uid, transaction, type, amount::float8 AS amount, currency, occurred_at
  FROM payments.ledger ORDER BY id`;
const TIMELINE = 'SELECT event_id, track_number, type, occurred_at FROM tracking.events';
const STOCK = `
  SELECT chrt_id::float8 AS chrt_id, on_hand::float8 AS on_hand, reserved::float8 AS reserved
  FROM inventory.stock ORDER BY chrt_id`;
const NUMBERS = `
  SELECT owner, order_uid, l.number::float8 AS number,
    (CASE WHEN a.waiting THEN 0 ELSE coalesce(a.number, 0) END)::float8 AS heard
  FROM (
    SELECT 'payments' AS owner, order_uid, number::bigint FROM payments.balances WHERE number > 0
    UNION ALL SELECT 'tracking', order_uid, number FROM tracking.orders WHERE number > 0
    UNION ALL SELECT 'inventory', order_uid, number FROM inventory.known_orders WHERE number > 0
  ) AS l LEFT JOIN order_announcements AS a USING (owner, order_uid)`;

/** Work that goes on after all topics are read: announcements that wait for orders that are there, and shared parcels. */
export const UNSETTLED = `
  SELECT (EXISTS (SELECT FROM order_announcements JOIN orders USING (order_uid) WHERE waiting)
    OR EXISTS (SELECT FROM tracking.fan_outs)) AS unsettled`;

/** What the tables of payments, tracking and inventory hold. */
export async function keptLife(
  postgres: FaultyPostgres,
  database: string,
): Promise<Omit<KeptLife, 'announced' | 'verifyComplains'>> {
  return {
    ledger: await postgres.query<Payment>(database, LEDGER),
    timeline: await postgres.query<ParcelNews>(database, TIMELINE),
    numbers: await postgres.query<LastNumber>(database, NUMBERS),
    stock: await postgres.query<StockLevel>(database, STOCK),
  };
}
