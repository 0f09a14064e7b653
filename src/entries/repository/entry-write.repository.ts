import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { storageKeyOf } from '../model/entry-key.js';
import type { EntryChange } from '../model/entry-news.js';
import type { WriteReceipt } from '../model/entry-write.js';
import { parametersOf, WRITE, type WriteRow, type WriteToStore } from './entry-write.sql.js';

/** `repeated`: the event that it came by was stored before. */
export type StoreReceipt = WriteReceipt | { readonly outcome: 'repeated' };

/** What became of some writes. */
export interface StoredWrites {
  /** In the order of the writes. */
  readonly receipts: readonly StoreReceipt[];
  /** How the keys stand of writes that were not made. */
  readonly found: readonly EntryChange[];
  /** What the keys in Redis begin with, as the transaction has seen it; undefined where there was no write. */
  readonly epoch: number | undefined;
}

/** A write, and its place among all of its batch. */
interface Placed {
  readonly write: WriteToStore;
  readonly storageKey: string;
  readonly place: number;
}

/** A key that nobody had was stored by somebody else meanwhile. Nothing was written; another transaction has to begin. */
export class StoredMeanwhileError extends TransientError {
  constructor() {
    super('a key was stored by somebody else meanwhile');
    this.name = 'StoredMeanwhileError';
  }
}

/** Writes entries. Throws what PostgreSQL or the network says. */
@Injectable()
export class EntryWriteRepository {
  /**
   * Makes writes, those of one key in their order. A condition that is not so fails none of the others.
   *
   * @throws StoredMeanwhileError: what the transaction has locked by then, and would have to lock, is out of order
   */
  async write(tx: Transaction, writes: readonly WriteToStore[]): Promise<StoredWrites> {
    const receipts = new Array<StoreReceipt>(writes.length);
    let waiting = sorted(writes);
    const found: EntryChange[] = [];
    let epoch: number | undefined;
    while (waiting.length > 0) {
      const round = firstOfEachKey(waiting);
      const rows = await tx.query<WriteRow[]>(WRITE, parametersOf(round.map(({ write }) => write)));
      for (const [index, row] of rows.entries()) {
        const { write, storageKey, place } = round[index]!;
        const receipt = receiptOf(write, row);
        receipts[place] = receipt;
        if (!('entry' in receipt) && row.version !== null) found.push({ storageKey, version: row.version });
        epoch = row.epoch;
      }
      const done = new Set(round);
      waiting = waiting.filter((one) => !done.has(one));
    }
    return { receipts, found, epoch };
  }
}

/** By their keys, so that all transactions lock rows in one order; those of one key stay in theirs. */
function sorted(writes: readonly WriteToStore[]): Placed[] {
  const placed = writes.map((write, place) => ({ write, storageKey: storageKeyOf(write), place }));
  return placed.sort((one, other) => {
    if (one.storageKey === other.storageKey) return one.place - other.place;
    return one.storageKey < other.storageKey ? -1 : 1;
  });
}

const firstOfEachKey = (placed: readonly Placed[]): Placed[] =>
  placed.filter(({ storageKey }, index) => storageKey !== placed[index - 1]?.storageKey);

/** @throws StoredMeanwhileError */
function receiptOf(write: WriteToStore, row: WriteRow): StoreReceipt {
  const { outcome, version, created_at_us, updated_at_us, ends_at_us } = row;
  if (outcome !== 'created' && outcome !== 'replaced' && outcome !== 'deleted') return { outcome };
  if (version === null) throw new StoredMeanwhileError();
  const { instance, key, content } = write;
  const entry = {
    instance,
    key,
    version,
    createdAtUs: created_at_us!,
    updatedAtUs: updated_at_us!,
    endsAtUs: ends_at_us ?? undefined,
    content,
  };
  return { outcome, entry };
}
