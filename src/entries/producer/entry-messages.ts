import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Outbox } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import { storageKeyOf } from '../model/entry-key.js';
import { headersOfStored } from '../model/entry-message.js';
import type { StoredEntry } from '../model/stored-entry.js';

/** Logical name of the topic that changes of entries go over. */
export const ENTRIES_TOPIC = 'cache.persist';

/** Publishes changes of entries through the outbox. */
@Injectable()
export class EntryMessages {
  private readonly topic: string;

  constructor(
    private readonly outbox: Outbox,
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
        aggregateType: 'cache-entry',
        aggregateId: storageKeyOf(entry), // the message's key
        type: entry.content === undefined ? 'waybill.cache-entry.deleted' : 'waybill.cache-entry.written',
        headers: headersOfStored(entry),
        payload: entry.content?.value ?? '',
        isTombstone: entry.content === undefined,
      })),
    );
  }
}
