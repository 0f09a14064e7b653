import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import type { Progress } from '../src/platform/progress.js';
import { type BenchDatabase, createDatabase, onServer } from './database.js';
import { insertOrders } from './filled-orders.js';
import { migrate } from './program.js';

const SLICE_ORDERS = 100_000;

/** A database with the program's schema and orders in it, as {@link filledOrder} has them. */
export interface FilledDatabase extends BenchDatabase {
  readonly orders: number;
}

/**
 * Makes a database with that many orders by SQL, its statistics up to date and all of it on the disk.
 *
 * @param smaller what to start from instead of an empty one; it stays as it is
 */
export async function createFilledDatabase(
  server: ConnectionSettings,
  orders: number,
  progress: Progress,
  smaller?: FilledDatabase,
): Promise<FilledDatabase> {
  const database = await createDatabase(server, smaller);
  try {
    if (smaller === undefined) await migrate(database.url);
    await fill(database, smaller?.orders ?? 0, orders, progress);
    return { ...database, orders };
  } catch (error) {
    await database.drop();
    throw error;
  }
}

/** What the order tables hold on the disk. */
export interface TableSizes {
  /** With what belongs to them, and without their indexes. */
  readonly tableBytes: number;
  readonly indexBytes: number;
}

export async function readTableSizes({ connection }: BenchDatabase): Promise<TableSizes> {
  return onServer(connection, async (client) => {
    const { rows } = await client.query<TableSizes>(`
      SELECT sum(pg_table_size(name))::float8 AS "tableBytes", sum(pg_indexes_size(name))::float8 AS "indexBytes"
      FROM unnest('{orders, deliveries, payments, items, order_search, orders_under_way}'::regclass[]) AS name`);
    return rows[0]!;
  });
}

async function fill(
  { connection }: BenchDatabase,
  first: number,
  end: number,
  progress: Progress,
): Promise<void> {
  progress.start(`filling the tables with ${end.toLocaleString('en')} orders`);
  await onServer(connection, async (client) => {
    // A crash would end the benchmark anyhow.
    await client.query('SET synchronous_commit = off');
    for (let start = first; start < end; start += SLICE_ORDERS) {
      await insertOrders(client, start, Math.min(start + SLICE_ORDERS, end));
      progress.show(Math.min(start + SLICE_ORDERS, end) - first, end - first);
    }
    // They have their terms, and are known: the program has nothing to do for orders of before.
    await client.query('UPDATE order_search_fill SET rounds = 0');
    await client.query('UPDATE order_waits_fill SET rounds = 0');
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT').catch(() => undefined);
  });
  progress.finish();
}
