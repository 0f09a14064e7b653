import type { Consumer, EachBatchPayload } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import type { Subscriber } from '../event-server.js';
import type { BatchHandler } from '../received-event.js';
import { ConsumerHealth } from './consumer-health.js';
import { CONSUMER_OPTIONS, type ConsumerParts, type EventConsumer } from './event-consumer.js';
import { handOver, lingerAfter, limitsOf } from './reading.js';
import { UndecodableBatchError } from './undecodable-batch.error.js';

/** What every process of a context reads on its own, from now on, through a group that it shares with no one. */
export class BroadcastConsumer implements EventConsumer {
  private readonly consumer: Consumer;
  /** By the topic's deployed name. */
  private readonly handlers = new Map<string, BatchHandler>();

  constructor(
    private readonly parts: ConsumerParts,
    private readonly context: string,
    subscribers: readonly Subscriber[],
  ) {
    const { consumerKafka, contexts, environment, batches, topics, health, log } = parts;
    const group = contexts.groupOf(context, environment.KAFKA_GROUP_ID);
    this.consumer = consumerKafka.consumer({ ...CONSUMER_OPTIONS, groupId: `${group}.news.${randomUUID()}` });
    for (const one of subscribers) {
      this.handlers.set(topics.deployedName(one.topic), batches.broadcastHandlerFor(one));
    }
    const isVital = contexts.isMain(context);
    new ConsumerHealth(this.consumer, contexts.partOf(context, 'news'), isVital, health, log);
  }

  async start(): Promise<void> {
    const { consumer, parts } = this;
    await parts.untilKafkaAnswers(async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.handlers.keys()], fromBeginning: false });
    });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.read(payload),
    });
    const resume = (): Promise<void> => parts.untilKafkaAnswers(() => this.resume());
    await resume();
    consumer.on(consumer.events.GROUP_JOIN, () => void resume().catch(() => undefined));
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  disconnect(): Promise<void> {
    return this.consumer.disconnect();
  }

  /**
   * A group that nothing is committed for begins at the end of each partition, whenever that is found out. Seeking to an
   * end that was looked up first, and only then telling the handlers that events may be missed, leaves no gap between.
   */
  private async resume(): Promise<void> {
    const admin = this.parts.kafka.admin();
    await admin.connect();
    try {
      for (const topic of this.handlers.keys()) {
        for (const { partition, offset } of await admin.fetchTopicOffsets(topic)) {
          this.consumer.seek({ topic, partition, offset });
        }
      }
    } finally {
      await admin.disconnect();
    }
    for (const handler of this.handlers.values()) await handler([]);
  }

  /** What cannot be decoded is passed over, as if it had been missed. */
  private async read(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset } = payload;
    const { topic, partition } = batch;
    const place = { context: this.context, topic, partition };
    const handler = this.handlers.get(topic)!;
    let events = 0;
    try {
      events = await handOver(payload, place, limitsOf(this.parts.environment), handler);
      resolveOffset(batch.lastOffset());
    } catch (error) {
      if (!(error instanceof UndecodableBatchError)) throw error;
      this.parts.log.error({ err: error, context: this.context, ...error.range }, 'news was passed over');
      resolveOffset(String(error.range.lastOffset));
      await handler([]);
    }
    await lingerAfter(events, this.parts.stopping);
  }
}
