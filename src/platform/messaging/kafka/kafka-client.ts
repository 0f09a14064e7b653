import { Kafka, logLevel, type logCreator } from 'kafkajs';
import type { Environment } from '../../config/environment.js';
import type { Logger } from '../../logging/logger.js';

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * About three seconds of tries before kafkajs says that a broker is away. Whoever asked tries on for as long as it
 * takes, but only from then on is it known to health and metrics.
 */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };

const LEVELS: Record<logLevel, 'error' | 'warn' | 'debug' | 'trace'> = {
  [logLevel.NOTHING]: 'trace',
  [logLevel.ERROR]: 'warn', // kafkajs calls each failed try an error; we decide what is one
  [logLevel.WARN]: 'debug', // notes on how it was configured
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'trace',
};

/** kafkajs, logging through ours. */
export function createKafka(environment: Environment, log: Logger): Kafka {
  const toOurLogger: logCreator =
    () =>
    ({ namespace, level, log: { message, ...fields } }) => {
      log[LEVELS[level]](
        { kafkajs: namespace, error: fields.error as unknown, broker: fields.broker as unknown },
        message,
      );
    };
  return new Kafka({
    clientId: environment.KAFKA_CLIENT_ID,
    brokers: environment.KAFKA_BROKERS ?? [],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: logLevel.INFO,
    logCreator: toOurLogger,
  });
}
