import type { Consumer, EachBatchPayload } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import type { PartState } from '../../health/health.js';
import type { Subscriber } from '../event-server.js';
import type { BatchHandler } from '../received-event.js';
import { ConsumerHealth } from './consumer-health.js';
import { CONSUMER_OPTIONS, type ConsumerParts, type EventConsumer } from './event-consumer.js';
import { handOver, lingerAfter, limitsOf } from './reading.js';
import { UndecodableBatchError } from './undecodable-batch.error.js';

/** How far a partition has been read, and its end offset when the consumer started. */
interface Progress {
  /** The offset that is read next. */
  next: number;
  readonly end: number;
}

/**
 * Reads a topic from its beginning, and then every new event, in every process of a context. kafkajs assigns partitions
 * to groups only, so each process has a group of its own, for which no offset is committed.
 */
export class ReplayConsumer implements EventConsumer {
  private readonly consumer: Consumer;
  /** By the topic's deployed name. */
  private readonly handlers = new Map<string, BatchHandler>();
  /** By topic and partition. */
  private readonly progress = new Map<string, Map<number, Progress>>();
  private readonly passed = new Set<string>();

  constructor(
    private readonly parts: ConsumerParts,
    private readonly context: string,
    subscribers: readonly Subscriber[],
  ) {
    const { consumerKafka, contexts, environment, batches, topics, health, log } = parts;
    const group = contexts.groupOf(context, environment.KAFKA_GROUP_ID);
    this.consumer = consumerKafka.consumer({
      ...CONSUMER_OPTIONS,
      groupId: `${group}.replay.${randomUUID()}`,
    });
    for (const one of subscribers) {
      this.handlers.set(topics.deployedName(one.topic), batches.replayHandlerFor(one, parts.stopping));
    }
    const isVital = contexts.isMain(context);
    const part = contexts.partOf(context, 'replay');
    new ConsumerHealth(this.consumer, part, isVital, health, log);
    health.addCheck(`${part}.start`, () => this.state(), { isOptional: !isVital });
  }

  async start(): Promise<void> {
    const { consumer, parts } = this;
    await parts.untilKafkaAnswers(async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.handlers.keys()], fromBeginning: true });
      await this.findEnds();
    });
    // Without committed offsets a member that rejoins would start over, so it seeks to where it was.
    consumer.on(consumer.events.GROUP_JOIN, () => this.goOn());
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.read(payload),
    });
    this.goOn();
    for (const topic of this.handlers.keys()) await this.tellWhenPassed(topic);
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  disconnect(): Promise<void> {
    return this.consumer.disconnect();
  }

  private async findEnds(): Promise<void> {
    const admin = this.parts.kafka.admin();
    await admin.connect();
    try {
      for (const topic of this.handlers.keys()) {
        const partitions = await admin.fetchTopicOffsets(topic);
        this.progress.set(
          topic,
          new Map(
            partitions.map(({ partition, low, high }) => [
              partition,
              { next: Number(low), end: Number(high) },
            ]),
          ),
        );
      }
    } finally {
      await admin.disconnect();
    }
  }

  private goOn(): void {
    for (const [topic, partitions] of this.progress) {
      for (const [partition, { next }] of partitions)
        this.consumer.seek({ topic, partition, offset: String(next) });
    }
  }

  /** A batch that cannot be decoded is logged and skipped: there is no other copy to replay it from. */
  private async read(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset } = payload;
    const { topic, partition } = batch;
    const place = { context: this.context, topic, partition };
    const handler = this.handlers.get(topic)!;
    let events = 0;
    let nextOffset: number;
    try {
      events = await handOver(payload, place, limitsOf(this.parts.environment), handler);
      nextOffset = Number(batch.lastOffset()) + 1;
    } catch (error) {
      if (!(error instanceof UndecodableBatchError)) throw error;
      this.parts.log.error({ err: error, context: this.context, ...error.range }, 'a batch was passed over');
      nextOffset = error.range.lastOffset + 1;
    }
    resolveOffset(String(nextOffset - 1));
    const known = this.progress.get(topic)!;
    known.set(partition, { end: known.get(partition)?.end ?? 0, next: nextOffset });
    await this.tellWhenPassed(topic);
    await lingerAfter(events, this.parts.stopping);
  }

  /** Counts offsets, not events: the last offsets of a partition may be markers, or aborted or compacted records. */
  private async tellWhenPassed(topic: string): Promise<void> {
    if (this.passed.has(topic)) return;
    for (const { next, end } of this.progress.get(topic)!.values()) if (next < end) return;
    this.passed.add(topic);
    this.parts.log.info(
      { context: this.context, topic },
      'the topic was read up to where it ended at the start',
    );
    await this.handlers.get(topic)!([]);
  }

  private state(): PartState {
    const waiting = [...this.handlers.keys()].filter((topic) => !this.passed.has(topic));
    if (waiting.length === 0) return { up: true };
    return { up: false, detail: `reading ${waiting.join(', ')} from the beginning` };
  }
}
