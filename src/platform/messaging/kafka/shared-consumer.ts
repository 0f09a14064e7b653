import type { Consumer } from 'kafkajs';
import type { Subscriber } from '../event-server.js';
import type { Attempt } from './connections/refusals.js';
import { ConsumerHealth } from './consumer-health.js';
import { CONSUMER_OPTIONS, type ConsumerParts, type EventConsumer } from './event-consumer.js';
import { KafkaBatchReader } from './kafka-batch-reader.js';
import { shareOfPool } from './pool-share.js';
import { limitsOf } from './reading.js';

const MAX_BYTES_PER_PARTITION = 2 * 1_048_576;

/** Consumes the events that a context's processes share. Each context has its own group, so none delays another. */
export class SharedConsumer implements EventConsumer {
  private readonly consumer: Consumer;
  private readonly reader: KafkaBatchReader;
  private readonly atOnce: number;
  private readonly attempt: Attempt;
  private readonly health: ConsumerHealth;

  constructor(
    private readonly parts: ConsumerParts,
    context: string,
    subscribers: readonly Subscriber[],
  ) {
    const { consumerKafka, contexts, environment, batches, topics, health, log } = parts;
    const group = contexts.groupOf(context, environment.KAFKA_GROUP_ID);
    this.consumer = consumerKafka.consumer({
      ...CONSUMER_OPTIONS,
      groupId: group,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    });
    const share = shareOfPool(contexts, environment.DB_POOL_SIZE, context);
    this.atOnce = share.atOnce;
    this.reader = new KafkaBatchReader({
      context,
      consumer: this.consumer,
      limits: limitsOf(environment),
      maxLeftTries: share.leftTries,
      stopping: parts.stopping,
      failing: parts.failing,
      skips: parts.skips,
      isOnlyReader: (topic) => topics.readersOf(topic) === 1,
      log,
    });
    for (const one of subscribers) {
      this.reader.add(topics.deployedName(one.topic), batches.runnerFor(one));
    }
    this.attempt = { operation: 'READ', topics: this.reader.topics(), group };
    this.health = new ConsumerHealth({
      consumer: this.consumer,
      part: contexts.partOf(context, 'consumer'),
      bearing: contexts.bearingOf(context),
      attempt: this.attempt,
      connections: consumerKafka.connections,
      health,
      log,
    });
    const { GROUP_JOIN, CRASH } = this.consumer.events;
    this.consumer.on(GROUP_JOIN, ({ payload }) =>
      this.reader.joined(payload.memberId, payload.memberAssignment),
    );
    this.consumer.on(CRASH, () => this.reader.cutOff());
  }

  async start(): Promise<void> {
    const { consumer, reader } = this;
    const connect = async (): Promise<void> => {
      await consumer.connect();
      // A new group starts at the beginning, so that events from before its first member are processed.
      await consumer.subscribe({ topics: reader.topics(), fromBeginning: true });
    };
    await this.parts.untilKafkaAnswers(connect, this.attempt, this.health);
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.atOnce,
      eachBatch: (payload) => reader.read(payload),
    });
  }

  settled(): Promise<void> {
    return this.reader.settled();
  }

  async disconnect(): Promise<void> {
    await this.reader.release();
    await this.consumer.disconnect();
  }
}
