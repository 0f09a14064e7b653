import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Environment } from '../../config/environment.js';
import type { OutboxMessage } from '../outgoing-message.js';

const MIB = 1_048_576;
/** Of values, and of what a message takes beside its value. While the relay is further behind, it reads the table. */
const MAX_BYTES = 16 * MIB;
const MESSAGE_OVERHEAD_BYTES = 1_024;

/**
 * What this process has put into the outbox lately, so that its relay need not read back what it has just written. The
 * table alone says which messages there are to be sent: one whose transaction was rolled back stays here unasked for,
 * since its id is never given out again, until it makes room for others.
 */
@Injectable()
export class RecentMessages {
  private readonly messages = new LRUCache<number, OutboxMessage>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ value }) => MESSAGE_OVERHEAD_BYTES + (value?.length ?? 0),
  });
  private readonly isRelay: boolean;

  constructor({ ROLES }: Environment) {
    this.isRelay = ROLES.includes('relay');
  }

  get isEmpty(): boolean {
    return this.messages.size === 0;
  }

  remember(message: OutboxMessage): void {
    if (this.isRelay) this.messages.set(message.id, message);
  }

  /** The messages of these ids, up to the first that is not here. */
  firstOf(ids: readonly number[]): OutboxMessage[] {
    const messages: OutboxMessage[] = [];
    for (const id of ids) {
      const message = this.messages.get(id);
      if (message === undefined) break;
      messages.push(message);
    }
    return messages;
  }

  forget(messages: readonly OutboxMessage[]): void {
    for (const { id } of messages) this.messages.delete(id);
  }
}
