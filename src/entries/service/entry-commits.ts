import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { nextTurn, type Purpose } from '../../platform/event-loop-turns.js';
import { EntryCache } from '../cache/entry-cache.js';
import { storageKeyOf } from '../model/entry-key.js';
import type { SettledWrite } from '../model/queued-write.js';
import type { StoredEntry } from '../model/stored-entry.js';
import {
  EntryWriteRepository,
  StoredMeanwhileError,
  type StoreReceipt,
} from '../repository/entry-write.repository.js';
import type { WriteToStore } from '../repository/entry-write.sql.js';
import { RedisEpochRepository } from '../repository/redis-epoch.repository.js';

/** Each time somebody else has to be the first to store a key of the batch. */
const MAX_TRIES = 5;

/** What belongs to a transaction of writes. */
export interface CommitParts {
  readonly purpose: Purpose;
  /** How long it may wait for a lock, in milliseconds. */
  readonly lockMs?: number;
  /** Writes that wait no more once it is committed. */
  readonly settled?: readonly SettledWrite[];
  /** What else is written in it. */
  also(tx: Transaction, stored: readonly StoredEntry[]): Promise<void>;
}

/** What became of writes, and when all tiers know of them. */
export interface CommittedWrites {
  /** In the order of the writes. */
  readonly receipts: readonly StoreReceipt[];
  readonly known: Promise<void>;
}

/** Commits writes of entries, and has memory, Redis and all other processes know of them. */
@Injectable()
export class EntryCommits {
  constructor(
    private readonly database: Database,
    private readonly entries: EntryWriteRepository,
    private readonly epochs: RedisEpochRepository,
    private readonly cache: EntryCache,
  ) {}

  /**
   * Resolves after the commit, once memory knows of it.
   *
   * @throws what PostgreSQL or the network says: then nothing was written, or it is not known
   */
  async commit(writes: readonly WriteToStore[], parts: CommitParts): Promise<CommittedWrites> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.tryToCommit(writes, parts);
      } catch (error) {
        if (!(error instanceof StoredMeanwhileError) || tries === MAX_TRIES) throw error;
      }
    }
  }

  private async tryToCommit(writes: readonly WriteToStore[], parts: CommitParts): Promise<CommittedWrites> {
    const { purpose, lockMs, settled = [] } = parts;
    const missesRedis = this.cache.redis?.epoch === undefined;
    const { receipts, found, epoch, raisedTo, sinceMs } = await this.database.transaction(
      async (tx) => {
        await nextTurn(purpose);
        const written = await this.entries.write(tx, writes);
        const stored = storedOf(written.receipts);
        await parts.also(tx, stored);
        const raisedTo = await this.tell(tx, stored, settled, missesRedis);
        // Until its commit nobody can write these keys.
        return { ...written, raisedTo, sinceMs: performance.now() };
      },
      { lockMs },
    );
    const stored = storedOf(receipts);
    this.cache.put(stored);
    this.cache.changed(found);
    this.cache.settled(settled);
    if (missesRedis && raisedTo !== undefined) this.cache.redis?.hasToldOfMissed(raisedTo);
    const known = missesRedis
      ? Promise.resolve()
      : this.cache.putInRedis(stored, settled, epoch ?? 0, sinceMs);
    // Who waits hears of it.
    known.catch(() => undefined);
    return { receipts, known };
  }

  /** @returns the new epoch, where Redis misses the changes and holds anything */
  private async tell(
    tx: Transaction,
    entries: readonly StoredEntry[],
    settled: readonly SettledWrite[],
    missesRedis: boolean,
  ): Promise<number | undefined> {
    if (entries.length === 0 && settled.length === 0) return undefined;
    const changes = entries.map((entry) => ({ storageKey: storageKeyOf(entry), version: entry.version }));
    await this.epochs.tell(tx, changes, settled);
    return missesRedis ? this.epochs.raiseForMissed(tx) : undefined;
  }
}

const storedOf = (receipts: readonly StoreReceipt[]): StoredEntry[] =>
  receipts.flatMap((receipt) => ('entry' in receipt ? [receipt.entry] : []));
