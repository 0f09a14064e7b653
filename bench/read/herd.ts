import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Progress } from '../../src/platform/progress.js';
import { type BenchDatabase, onServer } from '../database.js';
import { ORDERS_PATH, type ReadyOrder } from '../references/ready-orders.js';
import type { Figures } from './figures.js';
import { GetsAtOnce } from './gets-at-once.js';
import { readCounts } from './program-counts.js';
import { warmed, withPinnedProgram } from './pinned-program.js';

const LOOK_EVERY_MS = 20;
/** The program waits three seconds for a lock. */
const ARRIVE_TIMEOUT_MS = 2_500;
const GONE_TIMEOUT_MS = 10_000;

export interface HerdOptions {
  readonly database: BenchDatabase;
  /** Stored, and not in the program's memory. */
  readonly order: ReadyOrder;
  readonly connections: number;
}

interface Herd {
  readonly answers: readonly string[];
  /** From when the table was free until the last answer. */
  readonly ms: number;
}

/**
 * Measures many GETs at once of one order that memory does not hold. The table is locked until all of them wait, so
 * that there is no luck in how many do. @returns what was wrong
 */
export async function measureHerd(
  { database, order, connections }: HerdOptions,
  figures: Figures,
  progress: Progress,
  title: string,
): Promise<string[]> {
  progress.start(title);
  const before = await settledQueries(database);
  // Without the search nobody but look-ups goes by the ids of orders.
  const settings = { ...warmed(database.url, 0), SEARCH: 'off' };
  const { answers, ms } = await withPinnedProgram(settings, async (url) => {
    const path = ORDERS_PATH + order.orderUid;
    const sender = await GetsAtOnce.open(url, path, connections);
    try {
      return await onServer(database.connection, (client) => letHerdGo(client, sender, url, connections));
    } finally {
      sender.close();
    }
  });
  const queries = (await settledQueries(database)) - before;
  progress.finish();
  figures.add('herd: queries', 'queries', queries);
  figures.add('herd: all answered, once the table was free', 'ms', ms);
  const faults = queries === 1 ? [] : [`${queries} queries for one order, expected 1`];
  const good = answers.filter((answer) => isAnswer(answer, order)).length;
  if (good !== connections) faults.push(`${good} answers with the order to ${connections} GETs`);
  return faults.map((fault) => `${title}: ${fault}`);
}

async function letHerdGo(client: Client, sender: GetsAtOnce, url: string, gets: number): Promise<Herd> {
  await client.query('BEGIN');
  await client.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  const free = async (): Promise<number> => {
    await untilArrived(url, gets);
    await client.query('COMMIT');
    return performance.now();
  };
  const [{ answers, lastAtMs }, freeAtMs] = await Promise.all([sender.send(), free()]);
  return { answers, ms: lastAtMs - freeAtMs };
}

/** @throws Error when they have not all come in time */
async function untilArrived(url: string, gets: number): Promise<void> {
  for (const deadlineMs = Date.now() + ARRIVE_TIMEOUT_MS; ; await pause(LOOK_EVERY_MS)) {
    const { cache } = await readCounts(url);
    const arrived = (cache['memory miss'] ?? 0) + (cache['memory joined'] ?? 0);
    if (arrived >= gets) return;
    if (Date.now() > deadlineMs) throw new Error(`${arrived} of ${gets} GETs had arrived`);
  }
}

/**
 * How often orders have been looked for by their ids since the database was made: uses of the primary key's index,
 * as PostgreSQL counts them. A connection's own are added when it ends at the latest, so that they are exact once
 * none is left but this one (from version 15 on; before that, they may come later).
 */
async function settledQueries({ connection }: BenchDatabase): Promise<number> {
  return onServer(connection, async (client) => {
    await untilAlone(client);
    const { rows } = await client.query<{ scans: number }>(
      `SELECT idx_scan::int AS scans FROM pg_stat_user_indexes WHERE indexrelname = 'pk_orders'`,
    );
    return rows[0]!.scans;
  });
}

async function untilAlone(client: Client): Promise<void> {
  for (const deadlineMs = Date.now() + GONE_TIMEOUT_MS; ; await pause(LOOK_EVERY_MS)) {
    const { rows } = await client.query<{ others: number }>(`
      SELECT count(*)::int AS others FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`);
    if (rows[0]!.others === 0) return;
    if (Date.now() > deadlineMs) throw new Error(`${rows[0]!.others} connections to the database stay`);
  }
}

function isAnswer(answer: string, { body, etag }: ReadyOrder): boolean {
  return (
    answer.startsWith('HTTP/1.1 200 OK\r\n') &&
    answer.includes(`\r\netag: ${etag}\r\n`) &&
    answer.endsWith(`\r\n\r\n${body.toString('latin1')}`)
  );
}
