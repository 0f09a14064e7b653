import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { IdempotencyKeys } from '../../platform/http/idempotency-keys.js';
import { etagOf } from '../cache/order-cache.js';
import { OrderRepository, type StoreResult } from '../repository/order.repository.js';
import type { OrderToStore } from '../repository/order-to-store.js';
import type { KeyedRequest, OrderReceipt } from './incoming-order.js';

/** An order as it will be stored, and the request with an Idempotency-Key that it came in, if there was one. */
export interface OrderOnItsWay {
  readonly toStore: OrderToStore;
  readonly keyed?: KeyedRequest;
}

/** Orders and the answers to the requests that brought them: what is stored has its answer, whatever happens next. */
@Injectable()
export class KeyedOrders {
  constructor(
    private readonly orders: OrderRepository,
    private readonly keys: IdempotencyKeys,
  ) {}

  /**
   * Stores a batch within a transaction, and with it the answers of those of its orders that have a key. The keys are
   * locked ahead of the orders, in every batch, so that two batches cannot deadlock.
   *
   * @returns one receipt for each order, in the batch's order
   */
  async store(tx: Transaction, batch: readonly OrderOnItsWay[]): Promise<OrderReceipt[]> {
    const keyed = batch.filter((one) => one.keyed !== undefined);
    const own = await this.keys.lock(
      tx,
      keyed.map((one) => one.keyed!.claim),
    );
    const taken = batch.filter((one) => one.keyed === undefined || own.has(one.keyed.claim));
    const results = await this.orders.store(
      tx,
      taken.map((one) => one.toStore),
    );
    const receipts = new Map(taken.map((one, index) => [one, receiptOf(one.toStore, results[index]!)]));
    const answers = keyed.flatMap((one) => {
      const receipt = receipts.get(one);
      return receipt === undefined ? [] : [{ claim: one.keyed!.claim, answer: one.keyed!.answerTo(receipt) }];
    });
    await this.keys.answer(tx, answers);
    return batch.map((one) => receipts.get(one) ?? overtaken(one.toStore));
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
