import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/database.js';
import { IdempotencyKeys, type KeyClaim, type RepeatableAnswer } from '../http/idempotency-keys.js';

/** A request with an Idempotency-Key, whose answer is kept in the transaction that it is done in. */
export interface KeyedRequest<Receipt> {
  readonly claim: KeyClaim;
  readonly answerTo: (receipt: Receipt) => RepeatableAnswer;
}

export interface MayBeKeyed<Receipt> {
  readonly keyed?: KeyedRequest<Receipt>;
}

export interface KeyedBatch<Item extends MayBeKeyed<Receipt>, Receipt, Overtaken> {
  readonly items: readonly Item[];
  /** Writes the items whose keys nobody else has answered; returns a receipt for each, in their order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Receipt[]>;
  /** What stands in for the receipt of an item that was passed over, since another request with its key has done it. */
  readonly overtaken: (item: Item) => Overtaken;
}

/** Writes and the answers to the requests that asked for them: what is stored has its answer, whatever happens next. */
@Injectable()
export class KeyedWrites {
  constructor(private readonly keys: IdempotencyKeys) {}

  /**
   * Writes a batch within a transaction, and with it the answers of those of its items that have a key. The keys are
   * locked ahead of what the items change, in every batch, so that two batches cannot deadlock.
   *
   * @returns one receipt for each item, or what stands in for it, in the batch's order
   */
  async write<Item extends MayBeKeyed<Receipt>, Receipt, Overtaken>(
    tx: Transaction,
    { items, write, overtaken }: KeyedBatch<Item, Receipt, Overtaken>,
  ): Promise<(Receipt | Overtaken)[]> {
    const keyed = items.filter((one) => one.keyed !== undefined);
    const own = await this.keys.lock(
      tx,
      keyed.map((one) => one.keyed!.claim),
    );
    const taken = items.filter((one) => one.keyed === undefined || own.has(one.keyed.claim));
    const results = await write(taken);
    const receipts = new Map(taken.map((one, index) => [one, results[index]!]));
    const answers = keyed.flatMap((one) => {
      const receipt = receipts.get(one);
      return receipt === undefined ? [] : [{ claim: one.keyed!.claim, answer: one.keyed!.answerTo(receipt) }];
    });
    await this.keys.answer(tx, answers);
    return items.map((one) => receipts.get(one) ?? overtaken(one));
  }
}
