import { Injectable } from '@nestjs/common';
import { Coalescer, REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { Failures } from '../../platform/failures/failures.js';
import { EntryCache } from '../cache/entry-cache.js';
import { OWN_NAME } from '../cache/own-name.js';
import { storageKeyOf } from '../model/entry-key.js';
import type { EntryWrite, WriteReceipt } from '../model/entry-write.js';
import type { StoredEntry } from '../model/stored-entry.js';
import { EntryMessages } from '../producer/entry-messages.js';
import { EntryWriteRepository, type StoreReceipt } from '../repository/entry-write.repository.js';
import { RedisEpochRepository } from '../repository/redis-epoch.repository.js';

/** What became of a request's writes, and when all tiers know of it. */
interface Committed {
  readonly receipts: readonly StoreReceipt[];
  readonly known: Promise<void>;
}

/** The one write path of entries, for callers who wait for their answer; concurrent requests share a transaction. */
@Injectable()
export class EntryWrites {
  private readonly coalescer: Coalescer<readonly EntryWrite[], Committed>;

  constructor(
    private readonly database: Database,
    private readonly entries: EntryWriteRepository,
    private readonly epochs: RedisEpochRepository,
    private readonly messages: EntryMessages,
    private readonly cache: EntryCache,
    failures: Failures,
  ) {
    this.coalescer = new Coalescer({
      name: { one: 'the cache entry', many: 'cache entries' },
      keyOf: ([first]) => storageKeyOf(first!),
      rowsOf: (writes) => writes.length,
      write: (batch) => this.commit(batch),
      failures,
    });
  }

  /**
   * Resolves once it is committed, and memory and Redis know of it.
   *
   * @param bytes length of the body that it came in
   * @throws TooBusyError when nothing was written for lack of room or time; with what the database says it may have been
   */
  async write(write: EntryWrite, bytes: number): Promise<WriteReceipt> {
    const [receipt] = await this.writeAll([write], bytes);
    return receipt!;
  }

  /** As {@link write}, all in one transaction. Each is judged by itself: without conditions all are made, or none. */
  async writeAll(writes: readonly EntryWrite[], bytes: number): Promise<WriteReceipt[]> {
    if (writes.length === 0) return [];
    const { receipts, known } = await this.coalescer.submit(writes, bytes);
    await known;
    return receipts as WriteReceipt[];
  }

  private async commit(batch: readonly (readonly EntryWrite[])[]): Promise<Committed[]> {
    const sinceMs = performance.now();
    const writes = batch.flat();
    const missesRedis = this.cache.redis?.epoch === undefined;
    const { receipts, epoch, raisedTo } = await this.database.transaction(
      async (tx) => {
        await nextTurn('request');
        const stored = await this.entries.write(tx, writes);
        return { ...stored, raisedTo: await this.tell(tx, storedOf(stored.receipts), missesRedis) };
      },
      { lockMs: REQUEST_LOCK_MS },
    );
    const stored = storedOf(receipts);
    this.cache.put(stored);
    if (missesRedis && raisedTo !== undefined) this.cache.redis?.hasToldOfMissed(raisedTo);
    const known = missesRedis ? Promise.resolve() : this.cache.putInRedis(stored, epoch ?? 0, sinceMs);
    // Who waits hears of it.
    known.catch(() => undefined);
    let end = 0;
    return batch.map(({ length }) => ({ receipts: receipts.slice(end, (end += length)), known }));
  }

  /** @returns the new epoch, where Redis misses the changes and holds anything */
  private async tell(
    tx: Transaction,
    entries: readonly StoredEntry[],
    missesRedis: boolean,
  ): Promise<number | undefined> {
    if (entries.length === 0) return undefined;
    await this.messages.append(tx, entries);
    await this.epochs.tell(
      tx,
      OWN_NAME,
      entries.map((entry) => ({ storageKey: storageKeyOf(entry), version: entry.version })),
    );
    return missesRedis ? this.epochs.raiseForMissed(tx) : undefined;
  }
}

const storedOf = (receipts: readonly StoreReceipt[]): StoredEntry[] =>
  receipts.flatMap((receipt) => ('entry' in receipt ? [receipt.entry] : []));
