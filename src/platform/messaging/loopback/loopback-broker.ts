import type { OutboxMessage, Publisher } from '../outgoing-message.js';
import { headersOf } from '../event-headers.js';
import type { BatchRunner } from '../batch-runner.js';
import type { BatchHandler, ReceivedEvent } from '../received-event.js';

/** Each topic has one. */
export const LOOPBACK_PARTITION = 0;

/**
 * Kafka's place when there is no Kafka: what the relay publishes is handed to this process's own consumers, and
 * counts as published once they are done with it. Nothing is kept here: the outbox row is there until then, so a
 * crash leads to a redelivery, as with Kafka.
 */
export class LoopbackBroker implements Publisher {
  private readonly runners = new Map<string, BatchRunner>();
  private readonly newsHandlers = new Map<string, BatchHandler>();

  subscribe(topic: string, runner: BatchRunner): void {
    this.runners.set(topic, runner);
  }

  subscribeNews(topic: string, handler: BatchHandler): void {
    this.newsHandlers.set(topic, handler);
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async publish(messages: readonly OutboxMessage[], signal: AbortSignal): Promise<void> {
    for (const [topic, events] of byTopic(messages)) {
      await this.runners.get(topic)?.run(events, signal);
      await this.newsHandlers.get(topic)?.(events);
    }
  }

  close(): Promise<void> {
    this.runners.clear();
    this.newsHandlers.clear();
    return Promise.resolve();
  }
}

/** Order is kept within each topic, as in Kafka. */
function byTopic(messages: readonly OutboxMessage[]): Map<string, ReceivedEvent[]> {
  const topics = new Map<string, ReceivedEvent[]>();
  for (const message of messages) {
    const event = eventOf(message);
    const events = topics.get(event.topic);
    if (events === undefined) topics.set(event.topic, [event]);
    else events.push(event);
  }
  return topics;
}

function eventOf(message: OutboxMessage): ReceivedEvent {
  const { topic, id, createdAtMs, key, value, headers, originalHeaders = [] } = message;
  return {
    topic,
    partition: LOOPBACK_PARTITION,
    offset: id,
    timestampMs: createdAtMs,
    key: typeof key === 'string' ? Buffer.from(key) : key,
    value,
    headers: [...originalHeaders, ...headersOf(headers)],
  };
}
