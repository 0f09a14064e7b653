import { Injectable } from '@nestjs/common';
import { Coalescer, REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { Failures } from '../../platform/failures/failures.js';
import { EntriesSettings } from '../entries.settings.js';
import { storageKeyOf } from '../model/entry-key.js';
import type { EntryWrite, WriteReceipt } from '../model/entry-write.js';
import { EntryMessages } from '../producer/entry-messages.js';
import { type CommittedWrites, EntryCommits } from './entry-commits.js';
import { EntryQueue } from './entry-queue.js';

/** A batch costs much beside its writes: 128 callers cost the program 207 us of CPU time a write so, and 236 without. */
const PACE_MS = 8;

/** The one write path of entries, for callers who wait for their answer; concurrent requests share a transaction. */
@Injectable()
export class EntryWrites {
  private readonly coalescer: Coalescer<readonly EntryWrite[], CommittedWrites>;
  private readonly waits: boolean;

  constructor(
    private readonly commits: EntryCommits,
    private readonly messages: EntryMessages,
    private readonly queue: EntryQueue,
    failures: Failures,
    { ENTRIES_WRITE }: EntriesSettings,
  ) {
    this.waits = ENTRIES_WRITE === 'through';
    this.coalescer = new Coalescer({
      name: { one: 'the cache entry', many: 'cache entries' },
      keyOf: ([first]) => storageKeyOf(first!),
      rowsOf: (writes) => writes.length,
      write: (batch) => this.commit(batch),
      paceMs: PACE_MS,
      failures,
    });
  }

  /**
   * Resolves once it is committed, and memory and Redis know of it; with ENTRIES_WRITE=behind once Kafka has it, and memory and
   * Redis show it.
   *
   * @param bytes length of the body that it came in
   * @throws TooBusyError when nothing was written for lack of room or time; with what the database or Kafka says it may have been
   */
  async write(write: EntryWrite, bytes: number): Promise<WriteReceipt> {
    const [receipt] = await this.writeAll([write], bytes);
    return receipt!;
  }

  /**
   * As {@link write}, all in one transaction, or behind in one message after the other. Each is judged by itself: without
   * conditions all are made, or none.
   */
  async writeAll(writes: readonly EntryWrite[], bytes: number): Promise<WriteReceipt[]> {
    if (writes.length === 0) return [];
    if (!this.waits) {
      await this.queue.add(writes, bytes);
      return writes.map(() => ({ outcome: 'accepted' }));
    }
    const { receipts, known } = await this.coalescer.submit(writes, bytes);
    await known;
    return receipts as WriteReceipt[];
  }

  private async commit(batch: readonly (readonly EntryWrite[])[]): Promise<CommittedWrites[]> {
    const { receipts, known } = await this.commits.commit(batch.flat(), {
      purpose: 'request',
      lockMs: REQUEST_LOCK_MS,
      also: (tx, stored) => this.messages.append(tx, stored),
    });
    let end = 0;
    return batch.map(({ length }) => ({ receipts: receipts.slice(end, (end += length)), known }));
  }
}
