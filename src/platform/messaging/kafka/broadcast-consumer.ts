import type { Consumer, EachBatchPayload } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { ConnectionFaultError } from '../../connections/connection-fault.js';
import type { Subscriber } from '../event-server.js';
import type { BatchHandler } from '../received-event.js';
import type { Attempt } from './connections/refusals.js';
import { ConsumerHealth } from './consumer-health.js';
import { CONSUMER_OPTIONS, type ConsumerParts, type EventConsumer } from './event-consumer.js';
import { inItsGroup } from './kafkajs-restarts.js';
import { handOver, lingerAfter, limitsOf } from './reading.js';
import { UndecodableBatchError } from './undecodable-batch.error.js';

/** Reads every new event in every process of a context: each process has a consumer group of its own. */
export class BroadcastConsumer implements EventConsumer {
  private readonly consumer: Consumer;
  /** By the topic's deployed name. */
  private readonly handlers = new Map<string, BatchHandler>();
  private readonly attempt: Attempt;
  private readonly health: ConsumerHealth;

  constructor(
    private readonly parts: ConsumerParts,
    private readonly context: string,
    subscribers: readonly Subscriber[],
  ) {
    const { consumerKafka, contexts, environment, batches, topics, health, log } = parts;
    const group = `${contexts.groupOf(context, environment.KAFKA_GROUP_ID)}.news.${randomUUID()}`;
    this.consumer = consumerKafka.consumer({ ...CONSUMER_OPTIONS, groupId: group });
    for (const one of subscribers) {
      this.handlers.set(topics.deployedName(one.topic), batches.broadcastHandlerFor(one));
    }
    this.attempt = { operation: 'READ', topics: [...this.handlers.keys()], group };
    this.health = new ConsumerHealth({
      consumer: this.consumer,
      part: contexts.partOf(context, 'news'),
      bearing: contexts.bearingOf(context),
      attempt: this.attempt,
      connections: consumerKafka.connections,
      health,
      log,
    });
  }

  async start(): Promise<void> {
    const { consumer, parts, attempt, health } = this;
    const connect = async (): Promise<void> => {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.handlers.keys()], fromBeginning: false });
    };
    await parts.untilKafkaAnswers(connect, attempt, health);
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.read(payload),
    });
    const resume = (): Promise<void> => {
      const left = new Set(this.handlers.keys());
      return parts.untilKafkaAnswers(() => this.resume(left), attempt, health);
    };
    consumer.on(consumer.events.GROUP_JOIN, () => void resume().catch(() => undefined));
    await resume();
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  disconnect(): Promise<void> {
    return this.consumer.disconnect();
  }

  /**
   * A group without offsets starts at the end, wherever that is when kafkajs looks. So seek to known ends first, then have
   * the handlers clear their caches: no event falls between the two.
   *
   * @param left topics that this is still to be done for; one that we have no right to keeps no other waiting
   * @throws what Kafka says of those that are left then
   */
  private async resume(left: Set<string>): Promise<void> {
    const admin = this.parts.kafka.admin();
    await admin.connect();
    try {
      let refusal: Error | undefined;
      for (const topic of left) {
        try {
          for (const { partition, offset } of await admin.fetchTopicOffsets(topic)) {
            inItsGroup(() => this.consumer.seek({ topic, partition, offset }));
          }
          left.delete(topic);
          await this.handlers.get(topic)!([]);
        } catch (error) {
          const told = this.parts.kafka.connections.explain(error, this.attempt);
          if (!(told instanceof ConnectionFaultError) || told.kind !== 'no right') throw error;
          refusal = told;
        }
      }
      if (refusal !== undefined) throw refusal;
    } finally {
      await admin.disconnect();
    }
  }

  /** A batch that cannot be decoded is skipped, and the handler is told that events were missed. */
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
