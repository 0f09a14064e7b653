import { Injectable } from '@nestjs/common';
import { atMost } from '../../platform/at-most.js';
import { Coalescer } from '../../platform/batching/coalescer.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { Failures } from '../../platform/failures/failures.js';
import { EntryCache } from '../cache/entry-cache.js';
import { storageKeyOf } from '../model/entry-key.js';
import type { EntryWrite } from '../model/entry-write.js';
import type { QueuedWrite } from '../model/queued-write.js';
import { EntryMessages } from '../producer/entry-messages.js';

/** Within which Kafka has to take a batch. */
const SEND_MS = 10_000;
const US_A_MS = 1_000;
const US_A_SECOND = 1_000_000;

/**
 * Writes that are answered once Kafka has them, and stored by the worker (ENTRIES_WRITE=behind). Those that come while others
 * are on their way share the next send, so that those of a key stand in the topic in the order in which they were answered.
 */
@Injectable()
export class EntryQueue {
  private readonly coalescer: Coalescer<readonly EntryWrite[], undefined>;
  private lastNumber = 0;
  private lastUs = 0;

  constructor(
    private readonly messages: EntryMessages,
    private readonly cache: EntryCache,
    failures: Failures,
  ) {
    this.coalescer = new Coalescer({
      name: { one: 'the cache entry', many: 'cache entries' },
      keyOf: ([first]) => storageKeyOf(first!),
      rowsOf: (writes) => writes.length,
      write: (batch) => this.send(batch),
      failures,
    });
  }

  /**
   * Resolves once Kafka has them, and they are shown.
   *
   * @param bytes length of the body that they came in
   * @throws TooBusyError when none is queued for lack of room or time; with what Kafka says some may be stored later
   */
  async add(writes: readonly EntryWrite[], bytes: number): Promise<void> {
    await this.coalescer.submit(writes, bytes);
  }

  private async send(batch: readonly (readonly EntryWrite[])[]): Promise<undefined[]> {
    const { redis } = this.cache;
    const sinceMs = performance.now();
    const epoch = redis?.epoch;
    const writes = batch.flatMap((some) => some.map((write) => this.queued(write)));
    let isSent = false;
    await atMost(
      SEND_MS,
      this.messages.send(writes, AbortSignal.timeout(SEND_MS)).then(() => void (isSent = true)),
    );
    if (!isSent) throw new TransientError(`Kafka has not taken cache entries in ${SEND_MS} ms`);
    this.cache.accepted(writes);
    if (epoch !== undefined) await redis!.showPending(writes, epoch, sinceMs).catch(() => undefined);
    return batch.map(() => undefined);
  }

  private queued({ instance, key, content, writtenAtUs }: EntryWrite): QueuedWrite {
    const acceptedAtUs = Math.max(Date.now() * US_A_MS, this.lastUs + 1);
    this.lastUs = acceptedAtUs;
    const { ttlSeconds = 0 } = content ?? {};
    const endsAtUs = ttlSeconds === 0 ? undefined : acceptedAtUs + ttlSeconds * US_A_SECOND;
    const id = { process: this.cache.process, number: ++this.lastNumber };
    return { instance, key, content, writtenAtUs, acceptedAtUs, endsAtUs, id };
  }
}
