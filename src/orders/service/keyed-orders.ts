import { Injectable } from '@nestjs/common';
import { KeyedWrites, type MayBeKeyed } from '../../platform/batching/keyed-writes.js';
import type { Transaction } from '../../platform/database/database.js';
import { etagOf } from '../cache/order-cache.js';
import { OrderRepository, type StoreResult } from '../repository/order.repository.js';
import type { OrderToStore } from '../repository/order-to-store.js';
import type { OrderReceipt } from './incoming-order.js';

/** An order as it will be stored, and the request with an Idempotency-Key that it came in, if there was one. */
export interface OrderOnItsWay extends MayBeKeyed<OrderReceipt> {
  readonly toStore: OrderToStore;
}

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
  store(tx: Transaction, batch: readonly OrderOnItsWay[]): Promise<OrderReceipt[]> {
    return this.writes.write(tx, {
      items: batch,
      write: async (taken) => {
        const results = await this.orders.store(
          tx,
          taken.map((one) => one.toStore),
        );
        return taken.map((one, index) => receiptOf(one.toStore, results[index]!));
      },
      overtaken: ({ toStore }) => overtaken(toStore),
    });
  }
}

function receiptOf(
  { content }: OrderToStore,
  { outcome, version, receivedAt, held }: StoreResult,
): OrderReceipt {
  const { hash, order } = content;
  const revision = outcome === 'mismatched' || outcome === 'stale' ? held : { version, hash };
  return { orderUid: order.order_uid, outcome, version, receivedAt, etag: revision && etagOf(revision) };
}

function overtaken({ content }: OrderToStore): OrderReceipt {
  return { orderUid: content.order.order_uid, outcome: 'overtaken', version: 0 };
}
