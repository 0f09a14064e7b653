import type { Kafka as KafkaClient, logCreator, logLevel as LogLevel } from 'kafkajs';
import type { Environment } from '../../config/environment.js';
import type { Logger } from '../../logging/logger.js';
import { Kafka, logLevel } from './kafkajs.js';

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** After which partitions that were added to a topic are noticed. kafkajs's own are five minutes. */
export const METADATA_MAX_AGE_MS = 30_000;

/** How long kafkajs retries by itself before it reports that the brokers are away. */
export interface KafkaRetry {
  readonly initialRetryTime: number;
  readonly maxRetryTime: number;
  readonly retries: number;
}

/** About three seconds: the caller retries after that, and health and metrics show the outage from then on. */
const DEFAULT_RETRY: KafkaRetry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };

/**
 * Some minutes. A consumer that gives up restarts as a new member of its group, and the rebalance waits until the old
 * member's session has timed out; one that keeps retrying is still the same member when the broker is back.
 */
export const CONSUMER_RETRY: KafkaRetry = { ...DEFAULT_RETRY, retries: 300 };

const LEVELS: Record<LogLevel, 'error' | 'warn' | 'debug' | 'trace'> = {
  [logLevel.NOTHING]: 'trace',
  [logLevel.ERROR]: 'warn', // kafkajs calls each failed try an error; we decide what is one
  [logLevel.WARN]: 'debug', // notes on how it was configured
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'trace',
};

/** The prefix of the line that kafkajs logs, with a stack trace, when a consumer fails. */
const CRASH = 'Crash: ';

/** What brokers answer, several times, just after they have started. */
const COMES_UP = /^The (group )?coordinator is (not available|loading)/;

/** kafkajs, logging through ours. */
export function createKafka(
  environment: Environment,
  log: Logger,
  retry: KafkaRetry = DEFAULT_RETRY,
): KafkaClient {
  const toOurLogger: logCreator =
    () =>
    ({ namespace, level, log: { message, ...fields } }) => {
      // ConsumerHealth logs a crash itself, in one line.
      const isQuiet = message.startsWith(CRASH) || COMES_UP.test(String(fields.error));
      log[isQuiet ? 'debug' : LEVELS[level]](
        { kafkajs: namespace, error: fields.error as unknown, broker: fields.broker as unknown },
        message,
      );
    };
  return new Kafka({
    clientId: environment.KAFKA_CLIENT_ID,
    brokers: environment.KAFKA_BROKERS ?? [],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry,
    logLevel: logLevel.INFO,
    logCreator: toOurLogger,
  });
}
