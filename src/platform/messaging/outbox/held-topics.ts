import type { Database, Transaction } from '../../database/database.js';
import { messageForLog } from '../../logging/error-record.js';
import type { Logger } from '../../logging/logger.js';
import type { OutboxMessage, Publisher } from '../outgoing-message.js';
import { Backoff } from '../backoff.js';
import { Semaphore } from '../semaphore.js';
import { deleteRead } from './outbox.js';
import type { OutboxReader } from './outbox-reader.js';
import { takeTopic } from './relay-lease.js';

const LONGEST_PAUSE_MS = 5_000;
/** Held topics tried concurrently; each attempt holds a database connection. */
const MOST_TRIED_AT_ONCE = 2;

/** A publish that was still under way when the topic was held for being slow. */
export interface SendUnderWay {
  readonly messages: readonly OutboxMessage[];
  readonly done: Promise<void>;
}

export interface HeldTopicsParts {
  readonly database: Database;
  readonly reader: OutboxReader;
  readonly publisher: Publisher;
  readonly stopping: AbortSignal;
  readonly log: Logger;
  /** Called with the messages that were published. */
  readonly onSent: (messages: readonly OutboxMessage[]) => void;
  /** Called when a topic becomes held, and when it is released. */
  readonly onChange: (topic: string, isHeld: boolean) => void;
}

interface HeldTopic {
  /** Undefined once the topic accepts messages again and only its backlog remains. */
  reason: string | undefined;
  work: Promise<void>;
}

/**
 * Topics that cannot be published to. The messages of each stay in the outbox, in order, and are retried by topic until
 * it has caught up, while the relay continues with all others.
 */
export class HeldTopics {
  private readonly held = new Map<string, HeldTopic>();
  private readonly semaphore = new Semaphore(MOST_TRIED_AT_ONCE);

  constructor(private readonly parts: HeldTopicsParts) {}

  names(): string[] {
    return [...this.held.keys()];
  }

  /** The topics that cannot be published to at the moment, each with the reason. */
  reasons(): [topic: string, reason: string][] {
    return [...this.held].flatMap(([topic, { reason }]) => (reason === undefined ? [] : [[topic, reason]]));
  }

  /** @param underWay the publish that timed out: it may still succeed */
  hold(topic: string, reason: string, underWay?: SendUnderWay): void {
    if (this.held.has(topic)) return;
    this.parts.log.warn({ topic, reason }, 'a topic cannot be published to; its messages wait');
    const one: HeldTopic = { reason, work: Promise.resolve() };
    this.held.set(topic, one);
    this.parts.onChange(topic, true);
    one.work = this.workOff(topic, underWay).finally(() => {
      this.held.delete(topic);
      this.parts.onChange(topic, false);
    });
  }

  async settled(): Promise<void> {
    await Promise.all([...this.held.values()].map(({ work }) => work));
  }

  private async workOff(topic: string, underWay: SendUnderWay | undefined): Promise<void> {
    const { stopping, log } = this.parts;
    let sent = await this.afterwards(topic, underWay);
    const backoff = new Backoff(LONGEST_PAUSE_MS);
    for (let isToPause = true; !stopping.aborted;) {
      try {
        if (isToPause) await backoff.pause(stopping);
        isToPause = true;
        const batch = await this.inTurn(() => this.sendBatch(topic));
        if (batch === undefined) continue;
        sent += batch.length;
        this.held.get(topic)!.reason = undefined;
        // Less than one batch remains, so the topic has caught up and the relay can take it back.
        if (!batch.isFull) {
          log.info({ topic, sent }, 'a topic can be published to again');
          return;
        }
        isToPause = false;
      } catch (error) {
        if (stopping.aborted) return;
        this.held.get(topic)!.reason = messageForLog(error);
        log.debug({ err: error, topic }, 'a topic can still not be published to');
      }
    }
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.semaphore.acquire(this.parts.stopping);
    try {
      return await work();
    } finally {
      this.semaphore.release();
    }
  }

  /** The publish that timed out may have succeeded after all: then its messages are deleted instead of sent again. */
  private async afterwards(topic: string, underWay: SendUnderWay | undefined): Promise<number> {
    if (underWay === undefined) return 0;
    try {
      await underWay.done;
      await this.parts.database.transaction((tx) => deleteRead(tx, underWay.messages));
      this.parts.onSent(underWay.messages);
      return underWay.messages.length;
    } catch {
      return 0;
    }
  }

  /** @returns what was sent; undefined when another process holds the lock of the topic */
  private async sendBatch(topic: string): Promise<{ length: number; isFull: boolean } | undefined> {
    const { database, reader, publisher, stopping, onSent } = this.parts;
    const sent = await database.transaction(async (tx: Transaction) => {
      if (!(await takeTopic(tx, topic))) return undefined;
      const messages = await reader.oldestOf(tx, topic);
      if (messages.length === 0) return messages;
      await deleteRead(tx, messages);
      await publisher.publish(messages, stopping, tx);
      return messages;
    });
    if (sent === undefined) return undefined;
    onSent(sent);
    return { length: sent.length, isFull: reader.isFull(sent) };
  }
}
