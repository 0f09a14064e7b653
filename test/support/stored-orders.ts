import type { Order } from '../../src/orders/model/order.js';
import { orderToStore } from '../../src/orders/repository/order-to-store.js';
import { OrderRepository } from '../../src/orders/repository/order.repository.js';
import { sampleOrder } from './sample-order.js';
import type { WaybillDatabase } from './waybill-database.js';

const BATCH_ORDERS = 1_000;
const US_PER_MS = 1_000;

/**
 * Stores orders as the program's repository does, the last the newest, and nobody is told of them.
 *
 * @param fieldsOf what one has of its own, by its number
 * @returns their ids, the newest first
 */
export async function storeOrders(
  { database }: WaybillDatabase,
  count: number,
  fieldsOf: (n: number) => Partial<Order> = () => ({}),
): Promise<string[]> {
  const repository = new OrderRepository();
  const startUs = (Date.now() - count) * US_PER_MS;
  const orderUids: string[] = [];
  for (let from = 0; from < count; from += BATCH_ORDERS) {
    const batch = Array.from({ length: Math.min(BATCH_ORDERS, count - from) }, (_, n) => {
      const order = {
        ...(sampleOrder() as unknown as Order),
        order_uid: `stored-${from + n}`,
        ...fieldsOf(from + n),
      };
      orderUids.unshift(order.order_uid);
      return orderToStore({ order, totalsMatch: true }, startUs + (from + n) * US_PER_MS);
    });
    await database.transaction((tx) => repository.store(tx, batch));
  }
  return orderUids;
}
