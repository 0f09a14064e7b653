import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { DirectMessages } from '../../platform/messaging/direct-messages.js';
import { Outbox } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import { storageKeyOf } from '../model/entry-key.js';
import { headersOfQueued, headersOfStored } from '../model/entry-message.js';
import type { QueuedWrite } from '../model/queued-write.js';
import type { StoredEntry } from '../model/stored-entry.js';

/** Logical name of the topic that changes of entries go over. */
export const ENTRIES_TOPIC = 'cache.persist';

const AGGREGATE_TYPE = 'cache-entry';

/** Publishes changes of entries that are stored, through the outbox, and those that the worker is to store, at once. */
@Injectable()
export class EntryMessages {
  private readonly topic: string;

  constructor(
    private readonly outbox: Outbox,
    private readonly direct: DirectMessages,
    topics: Topics,
  ) {
    this.topic = topics.deployedName(ENTRIES_TOPIC);
  }

  /** Appends a message for each change to the transaction that it is made in. */
  async append(tx: Transaction, entries: readonly StoredEntry[]): Promise<void> {
    await this.outbox.append(
      tx,
      entries.map((entry) => ({
        topic: this.topic,
        aggregateType: AGGREGATE_TYPE,
        aggregateId: storageKeyOf(entry), // the message's key
        type: entry.content === undefined ? 'waybill.cache-entry.deleted' : 'waybill.cache-entry.written',
        headers: headersOfStored(entry),
        payload: entry.content?.value ?? '',
        isTombstone: entry.content === undefined,
      })),
    );
  }

  /**
   * Sends writes that are to be stored, in their order. Resolves once all replicas have them.
   *
   * @throws what Kafka says; some of them may be there then
   */
  async send(writes: readonly QueuedWrite[], signal: AbortSignal): Promise<void> {
    await this.direct.send(
      writes.map((write) => ({
        topic: this.topic,
        key: storageKeyOf(write),
        aggregateType: AGGREGATE_TYPE,
        type: 'waybill.cache-entry.accepted',
        value: write.content?.value ?? null,
        headers: headersOfQueued(write),
      })),
      signal,
    );
  }
}
