import { setTimeout as pause } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { ITEMS_PER_ORDER } from './order-events.js';

const LOOK_EVERY_MS = 50;
/** The relay deletes the last rows of the outbox after their events have been sent. */
const SETTLE_MS = 10_000;

/** How many rows each table has. */
export interface RowCounts {
  readonly orders: number;
  readonly deliveries: number;
  readonly payments: number;
  readonly items: number;
  readonly outbox: number;
  readonly deadLetters: number;
}

const COUNT_OUTBOX = `SELECT count(*)::int AS outbox FROM outbox`;

const COUNT_ROWS = `
  SELECT (SELECT count(*) FROM orders)::int AS orders, (SELECT count(*) FROM deliveries)::int AS deliveries,
         (SELECT count(*) FROM payments)::int AS payments, (SELECT count(*) FROM items)::int AS items,
         (SELECT count(*) FROM outbox)::int AS outbox, (SELECT count(*) FROM dead_letters)::int AS "deadLetters"`;

/** What there is, once the outbox is empty or has had its time. */
export async function settledRows(client: ClientBase): Promise<RowCounts> {
  for (const deadlineMs = Date.now() + SETTLE_MS; Date.now() < deadlineMs; await pause(LOOK_EVERY_MS)) {
    const { rows } = await client.query<{ outbox: number }>(COUNT_OUTBOX);
    if (rows[0]!.outbox === 0) break;
  }
  const { rows } = await client.query<RowCounts>(COUNT_ROWS);
  return rows[0]!;
}

/** What there is when so many of the benchmarks' orders are stored, each once, and nothing waits. */
export function expectedRows(orders: number): RowCounts {
  return {
    orders,
    deliveries: orders,
    payments: orders,
    items: orders * ITEMS_PER_ORDER,
    outbox: 0,
    deadLetters: 0,
  };
}

/** One line for each count that is not what it should be. */
export function wrongCounts<Counts extends RowCounts>(counts: Counts, expected: Counts): string[] {
  const names = Object.keys(expected) as (keyof Counts & string)[];
  return names
    .filter((name) => counts[name] !== expected[name])
    .map((name) => `${name}: ${String(counts[name])}, expected ${String(expected[name])}`);
}
