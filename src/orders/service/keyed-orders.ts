import { Injectable } from '@nestjs/common';
import { KeyedWrites } from '../../platform/batching/keyed-writes.js';
import type { Transaction } from '../../platform/database/database.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import { OrderRepository } from '../repository/order.repository.js';
import type { OrderToStore } from '../repository/order-to-store.js';

/** Orders and the answers to the requests that brought them. */
@Injectable()
export class KeyedOrders {
  constructor(
    private readonly orders: OrderRepository,
    private readonly writes: KeyedWrites,
  ) {}

  /**
   * Stores a batch within a transaction, and with it the answers of those of its orders that have a key.
   *
   * @returns one receipt for each order, in the batch's order
   */
  store(tx: Transaction, batch: readonly OrderToStore[]): Promise<OrderReceipt[]> {
    return this.writes.write(tx, {
      items: batch,
      write: (taken) => this.orders.store(tx, taken),
      overtaken: ({ order }) => ({ orderUid: order.order_uid, outcome: 'overtaken', version: 0 }),
    });
  }
}
