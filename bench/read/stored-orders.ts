import { join } from 'node:path';
import type { Order } from '../../src/orders/model/order.js';
import { ORDER_ENTITIES } from '../../src/orders/repository/order.entities.js';
import { orderToStore } from '../../src/orders/repository/order-to-store.js';
import { OrderRepository } from '../../src/orders/repository/order.repository.js';
import { Database } from '../../src/platform/database/database.js';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import type { Progress } from '../../src/platform/progress.js';
import { onServer } from '../database.js';
import { orderEvents } from '../order-events.js';

const MIGRATIONS_DIRECTORY = join(import.meta.dirname, '..', '..', 'dist', 'migrations');
/** Where it stands how often all orders are still to be looked through. */
const WALKS = ['order_search_fill', 'order_waits_fill'];
const BATCH_ORDERS = 1_000;
const US_PER_SECOND = 1_000_000;

/**
 * Fills an empty database with the first orders that {@link orderEvents} makes, by the program's own statement and
 * without status events. Each was received a second before the one that it follows, so that the newest, which the
 * program loads at its start, are the first.
 */
export async function storeOrders(
  connection: ConnectionSettings,
  orders: number,
  progress: Progress,
): Promise<void> {
  const database = new Database({
    entities: ORDER_ENTITIES,
    migrationsDirectory: MIGRATIONS_DIRECTORY,
    poolSize: 1,
  });
  progress.start(`storing ${orders.toLocaleString('en')} orders`);
  await database.open(connection);
  try {
    const repository = new OrderRepository();
    const newestAtUs = Date.now() * 1_000;
    for (let start = 0; start < orders; start += BATCH_ORDERS) {
      const batch = orderEvents(Math.min(BATCH_ORDERS, orders - start), start).map(({ value }, index) => {
        const order = JSON.parse(String(value)) as Order;
        return orderToStore({ order, totalsMatch: true }, newestAtUs - (start + index) * US_PER_SECOND);
      });
      await database.transaction((tx) => repository.store(tx, batch));
      progress.show(start + batch.length, orders);
    }
  } finally {
    await database.close();
  }
  await onServer(connection, async (client) => {
    // As ten minutes after the first start: the program need not look through all orders beside what is measured.
    for (const walk of WALKS) await client.query(`UPDATE ${walk} SET rounds = 0`);
    // Otherwise PostgreSQL would come to it by itself, while something is being measured.
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT').catch(() => undefined);
  });
  progress.finish();
}
