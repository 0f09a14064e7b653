import type { Environment } from '../platform/config/environment.js';
import type { Failures } from '../platform/failures/failures.js';
import type { Logger } from '../platform/logging/logger.js';
import { Backoff } from '../platform/messaging/backoff.js';
import { createKafka } from '../platform/messaging/kafka/kafka-client.js';
import { createMissingTopics } from '../platform/messaging/kafka/kafka-topics.js';
import { KafkaPublisher } from '../platform/messaging/kafka/kafka.publisher.js';
import type { OutgoingMessage } from '../platform/messaging/outgoing-message.js';
import type { Topics } from '../platform/messaging/topics.js';
import { messageOf } from '../orders/producer/lives/life-message.js';
import type { HttpSender } from './http-sender.js';
import type { DueEvent } from './life-queue.js';
import { type Outcome, RETRY_FOR_MS, type Sender } from './sender.js';

const LONGEST_PAUSE_MS = 3_000;
const TAKEN: Outcome = { isAsExpected: true };

export interface KafkaSenderParts {
  readonly environment: Environment;
  readonly topics: Topics;
  readonly failures: Failures;
  readonly log: Logger;
  /** What asks for what no topic takes. */
  readonly requests: HttpSender | undefined;
}

/** Sends all that is due at a time together, as other programs would: acknowledged by all replicas. */
export class KafkaSender implements Sender {
  private readonly publisher: KafkaPublisher;
  private readonly createTopics: () => Promise<void>;

  constructor(private readonly parts: KafkaSenderParts) {
    const { environment, topics, failures, log } = parts;
    const kafka = createKafka(environment, log);
    this.createTopics = () => createMissingTopics(kafka, topics, environment, log);
    this.publisher = new KafkaPublisher({
      kafka,
      compression: environment.KAFKA_COMPRESSION,
      createMissingTopics: this.createTopics,
      failures,
      log,
    });
  }

  /** @throws what Kafka says when it is not there: better than a run that sends nothing */
  async open(): Promise<void> {
    await this.createTopics();
    await this.publisher.prepare();
  }

  async send(
    due: readonly DueEvent[],
    done: (due: DueEvent, outcome: Outcome) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const sent: DueEvent[] = [];
    const messages: OutgoingMessage[] = [];
    const asked: DueEvent[] = [];
    for (const one of due) {
      const message = messageOf(one.event);
      if (message === undefined) {
        asked.push(one);
        continue;
      }
      const topic = this.parts.topics.deployedName(message.topic);
      messages.push({ topic, key: message.key, headers: {}, value: Buffer.from(message.value) });
      sent.push(one);
    }
    const outcome = await this.publish(messages, signal);
    for (const one of sent) done(one, outcome);
    await this.parts.requests?.send(asked, done, signal);
  }

  async close(): Promise<void> {
    await this.publisher.close();
    await this.parts.requests?.close();
  }

  /** Once more after a failure may send some twice, which those who take them have to bear anyway. */
  private async publish(messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<Outcome> {
    const backoff = new Backoff(LONGEST_PAUSE_MS);
    const giveUpAtMs = performance.now() + RETRY_FOR_MS;
    for (;;) {
      try {
        await this.publisher.publishNow(messages, signal);
        return TAKEN;
      } catch (error) {
        signal.throwIfAborted();
        if (performance.now() > giveUpAtMs) return { isAsExpected: false, fault: (error as Error).message };
        await backoff.pause(signal);
      }
    }
  }
}
