import { atMost } from '../../at-most.js';
import type { Database, Transaction } from '../../database/database.js';
import type { Logger } from '../../logging/logger.js';
import type { BatchRunner } from '../batch-runner.js';
import { headersOf } from '../event-headers.js';
import { messagesByTopic } from '../messages-by-topic.js';
import type { OutboxMessage, Publisher } from '../outgoing-message.js';
import type { BatchHandler, ReceivedEvent } from '../received-event.js';
import { type BacklogOwner, LOOPBACK_PARTITION, LoopbackBacklog } from './backlog.js';
import { LoopbackDelivery } from './loopback-delivery.js';

const LOOK_EVERY_MS = 1_000;
/** The stop waits this long for an attempt under way; events that it has not committed stay in the backlog. */
const CLOSE_TIMEOUT_MS = 1_000;

interface Broadcast extends BacklogOwner {
  readonly handler: BatchHandler;
}

/**
 * Kafka's place when there is no Kafka: what the relay publishes is handed to this process's own consumers, and
 * counts as published once each of them is done with it, or has it in its backlog. Nothing is kept in memory: a crash
 * leads to a redelivery, as with Kafka.
 */
export class LoopbackBroker implements Publisher {
  private readonly deliveries: LoopbackDelivery[] = [];
  private readonly broadcasts: Broadcast[] = [];
  private readonly backlog: LoopbackBacklog;
  private readonly stopping = new AbortController();
  private looking: NodeJS.Timeout | undefined;

  constructor(
    database: Database,
    private readonly log: Logger,
  ) {
    this.backlog = new LoopbackBacklog(database);
  }

  subscribe(owner: BacklogOwner, runner: BatchRunner): void {
    const { backlog, log } = this;
    this.deliveries.push(
      new LoopbackDelivery({ owner, runner, backlog, log, stopping: this.stopping.signal }),
    );
  }

  broadcast(owner: BacklogOwner, handler: BatchHandler): void {
    this.broadcasts.push({ ...owner, handler });
  }

  /** Looks for backlog rows of transactions that committed late, or of another process. */
  prepare(): Promise<void> {
    this.looking = setInterval(() => void this.lookForBacklogs(), LOOK_EVERY_MS).unref();
    return this.lookForBacklogs();
  }

  async publish(messages: readonly OutboxMessage[], signal: AbortSignal, tx: Transaction): Promise<void> {
    const waiting = new Set((await this.backlog.having(this.owners(), tx)).map(keyOf));
    const byTopic = messagesByTopic(messages);
    signal.throwIfAborted();
    for (const delivery of this.deliveries) {
      const { owner } = delivery;
      const events = byTopic.get(owner.topic)?.map((message) => eventOf(owner.context, message));
      if (events !== undefined) await delivery.deliver(tx, events, waiting.has(keyOf(owner)));
    }
    for (const { context, topic, handler } of this.broadcasts) {
      const events = byTopic.get(topic)?.map((message) => eventOf(context, message));
      if (events !== undefined) await handler(events);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.looking);
    this.stopping.abort();
    const settled = Promise.all(this.deliveries.map((delivery) => delivery.settled()));
    await atMost(
      CLOSE_TIMEOUT_MS,
      settled.then(() => undefined),
    );
  }

  private owners(): BacklogOwner[] {
    return this.deliveries.map(({ owner }) => owner);
  }

  private async lookForBacklogs(): Promise<void> {
    const waiting = new Set((await this.backlog.having(this.owners()).catch(() => [])).map(keyOf));
    for (const delivery of this.deliveries) if (waiting.has(keyOf(delivery.owner))) delivery.catchUp();
  }
}

const keyOf = ({ context, topic }: BacklogOwner): string => `${context} ${topic}`;

function eventOf(context: string, message: OutboxMessage): ReceivedEvent {
  const { topic, id, createdAtMs, key, value, headers, originalHeaders = [] } = message;
  return {
    context,
    topic,
    partition: LOOPBACK_PARTITION,
    offset: id,
    timestampMs: createdAtMs,
    key: typeof key === 'string' ? Buffer.from(key) : key,
    value,
    headers: [...originalHeaders, ...headersOf(headers)],
  };
}
