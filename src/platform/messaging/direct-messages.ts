import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Outbox } from './outbox/outbox.js';
import { PUBLISHER, type Publisher } from './outgoing-message.js';

/** A message that belongs to no transaction. */
export interface DirectMessage {
  /** Deployed name of the topic. */
  readonly topic: string;
  readonly key: string;
  /** What it is about, and what happened, as an entry of the outbox has them. */
  readonly aggregateType: string;
  readonly type: string;
  /** `null` is a tombstone. */
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Messages to Kafka that nothing stored depends on: they are on their topic when `send` resolves, and may be when it
 * throws. Without Kafka they go through the outbox, since the loopback takes none from elsewhere.
 */
@Injectable()
export class DirectMessages {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(PUBLISHER) private readonly publisher: Publisher,
  ) {}

  /** @throws what Kafka says, once its client has given up, or what the database says */
  async send(messages: readonly DirectMessage[], signal: AbortSignal): Promise<void> {
    if (this.publisher.publishNow !== undefined) {
      const outgoing = messages.map(({ topic, key, value, headers = {} }) => ({
        topic,
        key,
        headers,
        value: typeof value === 'string' ? Buffer.from(value) : value,
      }));
      return this.publisher.publishNow(outgoing, signal);
    }
    await this.database.transaction((tx) =>
      this.outbox.append(
        tx,
        messages.map(({ topic, key, aggregateType, type, value, headers = {} }) => ({
          topic,
          aggregateType,
          aggregateId: key,
          type,
          headers,
          payload: value ?? '',
          isTombstone: value === null,
        })),
      ),
    );
  }
}
