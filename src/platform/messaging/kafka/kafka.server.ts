import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Consumer, Kafka } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { atMost } from '../../at-most.js';
import type { Environment } from '../../config/environment.js';
import type { Health } from '../../health/health.js';
import type { Logger } from '../../logging/logger.js';
import type { BatchConsumer, SubscriptionExtras } from '../batch-consumer.js';
import type { BatchSkips } from '../batch-skips/batch-skips.js';
import type { FailingBatches } from '../failing-batches.js';
import { untilItWorks } from '../patience.js';
import type { TopicNames } from '../topic-names.js';
import { ConsumerHealth } from './consumer-health.js';
import { KafkaBatchReader } from './kafka-batch-reader.js';
import { METADATA_MAX_AGE_MS } from './kafka-client.js';
import { createMissingTopics } from './kafka-topics.js';

/** How long the partitions of a process that died wait for another; heartbeats go on beside the longest of writes. */
const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 60_000;
const HEARTBEAT_INTERVAL_MS = 3_000;
/** Partitions whose batches are written side by side; each holds a database connection meanwhile. */
const CONCURRENT_PARTITIONS = 4;
const MAX_BYTES_PER_PARTITION = 2 * 1_048_576;
/**
 * How long a broker may hold a fetch open when there is nothing new. kafkajs waits for its fetches before it leaves
 * a group or takes part in a rebalance: its own 5 s would be half of the time that a stop may take.
 */
const LONGEST_FETCH_WAIT_MS = 500;

/** So many tries of partitions that fail or take long are made beside those, and for each so many connections of the pool. */
const MOST_LEFT_TRIES = 4;
const CONNECTIONS_PER_LEFT_TRY = 3;

/** What is left of the ten seconds of a stop has to do for requests under way and the outbox. */
const CLOSE_TIMEOUT_MS = 5_000;

const CONSUMER = {
  sessionTimeout: SESSION_TIMEOUT_MS,
  rebalanceTimeout: REBALANCE_TIMEOUT_MS,
  heartbeatInterval: HEARTBEAT_INTERVAL_MS,
  maxWaitTimeInMs: LONGEST_FETCH_WAIT_MS,
  metadataMaxAge: METADATA_MAX_AGE_MS,
  // Read committed: what was aborted is no event.
  readUncommitted: false,
};

export interface KafkaServerParts {
  readonly kafka: Kafka;
  /** What the consumers are made from: see `PATIENT`. */
  readonly patientKafka: Kafka;
  readonly environment: Environment;
  readonly topics: TopicNames;
  readonly batches: BatchConsumer;
  readonly failing: FailingBatches;
  readonly skips: BatchSkips;
  readonly health: Health;
  readonly log: Logger;
}

/**
 * Nest's transport for events from Kafka, in batches. Nest's own one hands over one message at a time, hides those
 * that are not JSON or are null, and gives the consumer group another name than it was told.
 */
export class KafkaServer extends Server implements CustomTransportStrategy {
  /** Failures of handlers are ours to act on, not Nest's to log. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly consumers: Consumer[] = [];
  private readonly readers: KafkaBatchReader[] = [];
  private readonly stopping = new AbortController();
  private closed: Promise<void> | undefined;

  constructor(private readonly parts: KafkaServerParts) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /**
   * Finishes the batches under way, commits them, and leaves the group; a Kafka that is away is not waited for. Nest
   * calls this once more when the application closes.
   */
  close(): Promise<void> {
    this.stopping.abort();
    return (this.closed ??= atMost(CLOSE_TIMEOUT_MS, this.disconnect()));
  }

  on(): never {
    throw new Error('the Kafka transport has no events to listen to');
  }

  unwrap<T>(): T {
    return this.parts.kafka as T;
  }

  private async start(): Promise<void> {
    const { kafka, environment, topics, log } = this.parts;
    await this.untilKafkaAnswers(() => createMissingTopics(kafka, topics, environment, log));
    const handlers = [...this.getHandlers()];
    const isNews = ([, handler]: [string, MessageHandler]): boolean =>
      (handler.extras as SubscriptionExtras | undefined)?.broadcast === true;
    const roles = new Set(environment.ROLES);
    const shared = handlers.filter((entry) => !isNews(entry));
    const news = handlers.filter(isNews);
    // Side by side, since a broker has a new group wait for more members.
    await Promise.all([
      roles.has('consumer') && shared.length > 0 && this.consumeShared(shared),
      roles.has('api') && news.length > 0 && this.consumeNews(news),
    ]);
  }

  private async disconnect(): Promise<void> {
    // A member that has left its group can commit nothing any more.
    await Promise.all(this.readers.map((reader) => reader.settled()));
    await Promise.all(this.consumers.map((consumer) => consumer.disconnect()));
  }

  private async consumeShared(handlers: readonly [string, MessageHandler][]): Promise<void> {
    const { patientKafka, environment, topics, batches } = this.parts;
    const consumer = patientKafka.consumer({
      ...CONSUMER,
      groupId: environment.KAFKA_GROUP_ID,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    });
    const reader = this.readerOf(consumer);
    for (const [pattern, handler] of handlers) {
      const topic = topics.deployedName(pattern);
      reader.add(topic, batches.runnerFor(topic, handler));
    }
    this.take(consumer, 'consumer');
    const { GROUP_JOIN, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => reader.joined(payload.memberId, payload.memberAssignment));
    consumer.on(CRASH, () => reader.cutOff());
    await this.untilKafkaAnswers(async () => {
      await consumer.connect();
      // An order that came before the group first met must not be passed over.
      await consumer.subscribe({ topics: reader.topics(), fromBeginning: true });
    });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
      eachBatch: (payload) => reader.read(payload),
    });
  }

  /** News is read by every process on its own, through a group that it shares with no one. */
  private async consumeNews(handlers: readonly [string, MessageHandler][]): Promise<void> {
    const { patientKafka, environment, topics, batches } = this.parts;
    const consumer = patientKafka.consumer({
      ...CONSUMER,
      groupId: `${environment.KAFKA_GROUP_ID}.news.${randomUUID()}`,
    });
    const reader = this.readerOf(consumer);
    for (const [pattern, handler] of handlers) {
      const topic = topics.deployedName(pattern);
      reader.addNews(topic, batches.newsHandlerFor(topic, handler));
    }
    this.take(consumer, 'news');
    await this.untilKafkaAnswers(async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: reader.topics(), fromBeginning: false });
    });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => reader.readNews(payload),
    });
    const resume = (): Promise<void> => this.untilKafkaAnswers(() => this.resumeNews(consumer, reader));
    await resume();
    consumer.on(consumer.events.GROUP_JOIN, () => void resume().catch(() => undefined));
  }

  /**
   * A group of its own that nothing is committed for begins at the end of each partition, whenever that is found out.
   * Going back to an end that was looked up first, and only then dropping what is held, leaves no gap between.
   */
  private async resumeNews(consumer: Consumer, reader: KafkaBatchReader): Promise<void> {
    const admin = this.parts.kafka.admin();
    await admin.connect();
    try {
      for (const topic of reader.topics()) {
        for (const { partition, offset } of await admin.fetchTopicOffsets(topic)) {
          consumer.seek({ topic, partition, offset });
        }
      }
    } finally {
      await admin.disconnect();
    }
    await reader.resumeNews();
  }

  private readerOf(consumer: Consumer): KafkaBatchReader {
    const { environment, failing, skips, log } = this.parts;
    const leftTries = Math.floor(environment.DB_POOL_SIZE / CONNECTIONS_PER_LEFT_TRY);
    const reader = new KafkaBatchReader({
      consumer,
      maxEvents: environment.CONSUMER_BATCH_MAX_EVENTS,
      maxInflatedBytes: environment.CONSUMER_BATCH_MAX_BYTES,
      maxLeftTries: Math.min(MOST_LEFT_TRIES, leftTries),
      stopping: this.stopping.signal,
      failing,
      skips,
      log,
    });
    this.readers.push(reader);
    return reader;
  }

  private take(consumer: Consumer, part: string): void {
    this.consumers.push(consumer);
    new ConsumerHealth(consumer, part, this.parts.health, this.parts.log);
  }

  private untilKafkaAnswers(attempt: () => Promise<void>): Promise<void> {
    const { health, log } = this.parts;
    return untilItWorks(
      attempt,
      (error) => {
        health.report('kafka', { up: false, detail: error.message });
        log.warn({ err: error }, 'Kafka is away; trying again');
      },
      this.stopping.signal,
    ).then(() => health.report('kafka', { up: true }));
  }
}
