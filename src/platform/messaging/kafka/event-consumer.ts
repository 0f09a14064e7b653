import type { Environment } from '../../config/environment.js';
import type { Health } from '../../health/health.js';
import type { Logger } from '../../logging/logger.js';
import type { BatchConsumer } from '../batch-consumer.js';
import type { BatchSkips } from '../batch-skips/batch-skips.js';
import type { FailingBatches } from '../failing-batches.js';
import type { ContextNames } from '../context-names.js';
import type { Replays } from '../replays.js';
import type { Topics } from '../topics.js';
import type { Attempt } from './connections/refusals.js';
import type { ConsumerHealth } from './consumer-health.js';
import { type KafkaClient, METADATA_MAX_AGE_MS } from './kafka-client.js';

/** The consumer of one context's subscriptions of one mode. */
export interface EventConsumer {
  /** Resolves once it is a member of its group. */
  start(): Promise<void>;
  /** Resolves once no batch is being processed. */
  settled(): Promise<void>;
  disconnect(): Promise<void>;
}

/** What a consumer depends on. */
export interface ConsumerParts {
  readonly kafka: KafkaClient;
  /** The client for consumers, which retries for minutes: see `CONSUMER_RETRY`. */
  readonly consumerKafka: KafkaClient;
  readonly environment: Environment;
  readonly topics: Topics;
  readonly contexts: ContextNames;
  readonly batches: BatchConsumer;
  readonly failing: FailingBatches;
  readonly skips: BatchSkips;
  readonly replays: Replays;
  readonly health: Health;
  readonly log: Logger;
  /** Aborted when the program stops. */
  readonly stopping: AbortSignal;
  /** Retries for as long as Kafka is away, or has not given the right to what is attempted. */
  readonly untilKafkaAnswers: (
    attempt: () => Promise<void>,
    wanted: Attempt,
    health: Pick<ConsumerHealth, 'waits'>,
  ) => Promise<void>;
}

/** After this the broker gives a dead process's partitions to others. Heartbeats continue during long writes. */
const SESSION_TIMEOUT_MS = 10_000;
/**
 * How long a rebalance waits for a member. A process that is killed while it joins holds all others up for so long; one that
 * is alive comes as soon as what it works on has left, after two seconds or the try that is under way.
 */
const REBALANCE_TIMEOUT_MS = 20_000;
const HEARTBEAT_INTERVAL_MS = 3_000;
/**
 * How long a broker may hold a fetch open when there is nothing new. kafkajs waits for its fetches before it leaves
 * a group or takes part in a rebalance: its own 5 s would be half of the time that a stop may take.
 */
const LONGEST_FETCH_WAIT_MS = 500;

/** Options of every consumer. */
export const CONSUMER_OPTIONS = {
  sessionTimeout: SESSION_TIMEOUT_MS,
  rebalanceTimeout: REBALANCE_TIMEOUT_MS,
  heartbeatInterval: HEARTBEAT_INTERVAL_MS,
  maxWaitTimeInMs: LONGEST_FETCH_WAIT_MS,
  metadataMaxAge: METADATA_MAX_AGE_MS,
  // Read committed: records of aborted transactions are not delivered.
  readUncommitted: false,
};
