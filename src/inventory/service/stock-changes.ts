import { Injectable } from '@nestjs/common';
import { Coalescer, REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { KeyedWrites, type MayBeKeyed } from '../../platform/batching/keyed-writes.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { Failures } from '../../platform/failures/failures.js';
import { OvertakenError } from '../../platform/http/idempotency-keys.js';
import { apply, type StockChange, type StockReceipt } from '../model/stock-change.js';
import { StockRepository } from '../repository/stock.repository.js';

export interface SubmittedChange extends MayBeKeyed<StockReceipt> {
  readonly change: StockChange;
}

/** Changes of callers who wait for their answer; concurrent ones share a transaction. */
@Injectable()
export class StockChanges {
  private readonly coalescer: Coalescer<SubmittedChange, StockReceipt>;

  constructor(
    private readonly database: Database,
    private readonly writes: KeyedWrites,
    private readonly stock: StockRepository,
    failures: Failures,
  ) {
    this.coalescer = new Coalescer({
      name: { one: 'the stock', many: 'changes of stock' },
      keyOf: ({ change }) => String(change.chrtId),
      write: (batch) => this.write(batch),
      failures,
    });
  }

  /**
   * Resolves once the change is committed, or is not to be made for a reason that the receipt tells.
   *
   * @param bytes length of the body that it came in
   * @throws TooBusyError when nothing was written for lack of room or time, OvertakenError, and what the database says
   */
  submit(submitted: SubmittedChange, bytes: number): Promise<StockReceipt> {
    return this.coalescer.submit(submitted, bytes);
  }

  private write(batch: readonly SubmittedChange[]): Promise<(StockReceipt | OvertakenError)[]> {
    return this.database.transaction(
      async (tx) => {
        await nextTurn('request');
        return this.writes.write<SubmittedChange, StockReceipt, OvertakenError>(tx, {
          items: batch,
          write: (taken) =>
            this.apply(
              tx,
              taken.map(({ change }) => change),
            ),
          overtaken: () => new OvertakenError(),
        });
      },
      { lockMs: REQUEST_LOCK_MS },
    );
  }

  private async apply(tx: Transaction, changes: readonly StockChange[]): Promise<StockReceipt[]> {
    // A count without a condition always registers what is new, so a row that is made for it is filled.
    const fresh = changes.filter((change) => change.kind === 'count' && change.ifMatch === undefined);
    const sheet = await this.stock.lockOrMake(tx, thingsOf(changes), thingsOf(fresh));
    const receipts = changes.map((change) => apply(change, sheet));
    await this.stock.write(tx, sheet);
    return receipts;
  }
}

const thingsOf = (changes: readonly StockChange[]): number[] => changes.map(({ chrtId }) => chrtId);
