import { Injectable } from '@nestjs/common';
import type { ExportedOrder } from '../model/exported-order.js';
import type { ListPosition, OrderFilter } from '../model/order-filter.js';
import { OrderListRepository } from './order-list.repository.js';
import { StoredOrders } from './stored-orders.js';

/** Ids that are looked for at a time. */
const PAGE_ORDERS = 500;
/** Few enough that the texts of them are made and written in a few milliseconds. */
const CHUNK_ORDERS = 100;
/** A chunk ends with the order that makes this full; an order has 1 MiB at most. */
const CHUNK_BYTES = 256 * 1_024;

/**
 * Reads all orders that match, newest received first, a chunk at a time. Between two chunks it holds neither a connection
 * nor a transaction, so whoever takes them may be as slow as they like. Each order is as it is when its chunk is read; those
 * that come in meanwhile are not among them.
 */
@Injectable()
export class OrderExportRepository {
  constructor(
    private readonly lists: OrderListRepository,
    private readonly orders: StoredOrders,
  ) {}

  async *chunks(filter: OrderFilter): AsyncGenerator<readonly ExportedOrder[], void> {
    let after: ListPosition | undefined;
    do {
      const positions = await this.lists.positions(filter, PAGE_ORDERS, after);
      for (let left = positions; left.length > 0;) {
        const orderUids = left.slice(0, CHUNK_ORDERS).map(({ orderUid }) => orderUid);
        const { orders, ids } = await this.orders.findFirstExported(orderUids, CHUNK_BYTES);
        yield orders;
        left = left.slice(ids);
      }
      after = positions.length < PAGE_ORDERS ? undefined : positions.at(-1);
    } while (after !== undefined);
  }
}
