import { Injectable } from '@nestjs/common';
import { DirectMessages } from '../../platform/messaging/direct-messages.js';
import { Topics } from '../../platform/messaging/topics.js';
import { type EntryKey, storageKeyOf } from '../model/entry-key.js';
import type { Priority } from '../model/entry-message.js';

/** Logical name of the topic of entries that are to be read into Redis. */
export const REHYDRATE_TOPIC = 'cache.rehydrate';

const PRIORITY: Priority = 'normal';

/** Asks for entries to be read from PostgreSQL into Redis. */
@Injectable()
export class RehydrationMessages {
  private readonly topic: string;

  constructor(
    private readonly direct: DirectMessages,
    topics: Topics,
  ) {
    this.topic = topics.deployedName(REHYDRATE_TOPIC);
  }

  /** @throws what Kafka says, or the database where there is no Kafka */
  async send(keys: readonly EntryKey[], signal: AbortSignal): Promise<void> {
    await this.direct.send(
      keys.map((entry) => ({
        topic: this.topic,
        key: storageKeyOf(entry),
        aggregateType: 'cache-entry',
        type: 'waybill.cache-entry.missed',
        value: JSON.stringify({ instance: entry.instance, key: entry.key, priority: PRIORITY }),
      })),
      signal,
    );
  }
}
