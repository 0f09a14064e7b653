import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import { Failures } from '../failures/failures.js';
import { Health } from '../health/health.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { BatchConsumer } from './batch-consumer.js';
import { BatchSkips } from './batch-skips/batch-skips.js';
import { type ContextName, ContextNames } from './context-names.js';
import { ConsumerLagMetrics } from './consumer-lag.metrics.js';
import { DirectMessages } from './direct-messages.js';
import { EVENT_SERVER, type EventServer } from './event-server.js';
import { FailingBatches } from './failing-batches.js';
import { LoopbackBroker } from './loopback/loopback-broker.js';
import { LoopbackServer } from './loopback/loopback.server.js';
import { MESSAGING_METRICS, MessagingMetrics } from './messaging.metrics.js';
import { Outbox } from './outbox/outbox.js';
import { OutboxMetrics } from './outbox/outbox.metrics.js';
import { OutboxRelay } from './outbox/outbox-relay.js';
import { RecentMessages } from './outbox/recent-messages.js';
import { PoisonGuards } from './poison/poison-guards.js';
import { PUBLISHER, type Publisher } from './outgoing-message.js';
import { Replays } from './replays.js';
import { type ContextTopics, Topics } from './topics.js';

/** The two ends of a transport: what brings events to the handlers, and what the relay publishes to. */
interface Transport {
  readonly server: EventServer;
  readonly publisher: Publisher;
}

const TRANSPORT = Symbol('Transport');

async function createTransport(
  environment: Environment,
  database: Database,
  contexts: ContextNames,
  topics: Topics,
  batches: BatchConsumer,
  failing: FailingBatches,
  skips: BatchSkips,
  replays: Replays,
  health: Health,
  failures: Failures,
  log: Logger,
): Promise<Transport> {
  if (environment.KAFKA_BROKERS === undefined) {
    const broker = new LoopbackBroker(database, log);
    return {
      server: new LoopbackServer(broker, database, topics, batches, failing, environment.ROLES),
      publisher: broker,
    };
  }
  // Loaded by those who use it only, since that takes a tenth of a start.
  const { createKafka, CONSUMER_RETRY, DEFAULT_RETRY } = await import('./kafka/kafka-client.js');
  const { createMissingTopics } = await import('./kafka/kafka-topics.js');
  const { KafkaPublisher } = await import('./kafka/kafka.publisher.js');
  const { KafkaServer } = await import('./kafka/kafka.server.js');
  const { KafkaConnections } = await import('./kafka/connections/kafka-connections.js');
  const connections = new KafkaConnections(environment, log);
  const kafka = createKafka(environment, log, DEFAULT_RETRY, connections);
  const consumerKafka = createKafka(environment, log, CONSUMER_RETRY, connections);
  return {
    server: new KafkaServer({
      kafka,
      consumerKafka,
      environment,
      contexts,
      topics,
      batches,
      failing,
      skips,
      replays,
      health,
      log,
    }),
    publisher: new KafkaPublisher({
      kafka,
      compression: environment.KAFKA_COMPRESSION,
      createMissingTopics: () => createMissingTopics(kafka, topics, environment, log),
      failures,
      log,
    }),
  };
}

/** What messaging has to know of a context. */
export interface MessagingContext extends ContextName, Omit<ContextTopics, 'context'> {}

const topicsOf = ({ name, ...claim }: MessagingContext): ContextTopics => ({ context: name, ...claim });

/**
 * Events in and out, over Kafka when KAFKA_BROKERS names it, within the process otherwise. Somebody above it has to provide
 * `RefusedEvents`.
 */
@Global()
@Module({})
export class MessagingModule {
  /**
   * @param elsewhere topics of contexts that this process is not for, by context
   * @throws TopicClaimedTwiceError
   */
  static register(
    contexts: readonly MessagingContext[],
    elsewhere: Readonly<Record<string, ContextTopics['own']>>,
  ): DynamicModule {
    return {
      module: MessagingModule,
      providers: [
        { provide: ContextNames, useValue: new ContextNames(contexts) },
        { provide: Topics, useValue: new Topics(contexts.map(topicsOf), elsewhere) },
        {
          provide: TRANSPORT,
          useFactory: createTransport,
          inject: [
            Environment,
            Database,
            ContextNames,
            Topics,
            BatchConsumer,
            FailingBatches,
            BatchSkips,
            Replays,
            Health,
            Failures,
            LOGGER,
          ],
        },
        {
          provide: EVENT_SERVER,
          useFactory: (transport: Transport) => transport.server,
          inject: [TRANSPORT],
        },
        {
          provide: PUBLISHER,
          useFactory: (transport: Transport) => transport.publisher,
          inject: [TRANSPORT],
        },
        ...MESSAGING_METRICS,
        RecentMessages,
        Outbox,
        DirectMessages,
        BatchSkips,
        FailingBatches,
        Replays,
        PoisonGuards,
        BatchConsumer,
        OutboxRelay,
        OutboxMetrics,
        ConsumerLagMetrics,
      ],
      exports: [Topics, Outbox, DirectMessages, Replays, MessagingMetrics, OutboxRelay, EVENT_SERVER],
    };
  }
}
