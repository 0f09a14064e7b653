import type { Consumer } from 'kafkajs';
import type { Subscriber } from '../event-server.js';
import { ConsumerHealth } from './consumer-health.js';
import { CONSUMER_OPTIONS, type ConsumerParts, type EventConsumer } from './event-consumer.js';
import { KafkaBatchReader } from './kafka-batch-reader.js';
import { limitsOf } from './reading.js';

const MAX_BYTES_PER_PARTITION = 2 * 1_048_576;

/** Partitions whose batches are written side by side; each holds a database connection meanwhile. */
const MAX_PARTITIONS_AT_ONCE = 4;
/** Attempts that slow or failing partitions make in addition to those; one for every three connections of the pool. */
const MAX_LEFT_TRIES = 4;
const CONNECTIONS_PER_LEFT_TRY = 3;
/** Contexts other than the main one share this part of the pool; half of it is for their slow or failing partitions. */
const PART_OF_POOL_FOR_OTHERS = 1 / 3;

/** Consumes the events that a context's processes share. Each context has its own group, so none delays another. */
export class SharedConsumer implements EventConsumer {
  private readonly consumer: Consumer;
  private readonly reader: KafkaBatchReader;
  private readonly atOnce: number;

  constructor(
    private readonly parts: ConsumerParts,
    context: string,
    subscribers: readonly Subscriber[],
  ) {
    const { consumerKafka, contexts, environment, batches, topics, health, log } = parts;
    this.consumer = consumerKafka.consumer({
      ...CONSUMER_OPTIONS,
      groupId: contexts.groupOf(context, environment.KAFKA_GROUP_ID),
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    });
    const share = shareOfPool(parts, context);
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
    const isVital = contexts.isMain(context);
    new ConsumerHealth(this.consumer, contexts.partOf(context, 'consumer'), isVital, health, log);
    const { GROUP_JOIN, CRASH } = this.consumer.events;
    this.consumer.on(GROUP_JOIN, ({ payload }) =>
      this.reader.joined(payload.memberId, payload.memberAssignment),
    );
    this.consumer.on(CRASH, () => this.reader.cutOff());
  }

  async start(): Promise<void> {
    const { consumer, reader } = this;
    await this.parts.untilKafkaAnswers(async () => {
      await consumer.connect();
      // A new group starts at the beginning, so that events from before its first member are processed.
      await consumer.subscribe({ topics: reader.topics(), fromBeginning: true });
    });
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

/** A context's concurrent attempts, each of which holds a database connection. Only the main context may fill the pool. */
function shareOfPool(
  { contexts, environment }: ConsumerParts,
  context: string,
): { atOnce: number; leftTries: number } {
  const pool = environment.DB_POOL_SIZE;
  if (contexts.isMain(context)) {
    const leftTries = Math.min(MAX_LEFT_TRIES, Math.floor(pool / CONNECTIONS_PER_LEFT_TRY));
    return { atOnce: MAX_PARTITIONS_AT_ONCE, leftTries };
  }
  const half = Math.floor((pool * PART_OF_POOL_FOR_OTHERS) / contexts.othersCount / 2);
  return { atOnce: Math.min(MAX_PARTITIONS_AT_ONCE, Math.max(1, half)), leftTries: Math.max(1, half) };
}
