import { Kafka, logLevel, type logCreator } from 'kafkajs';
import type { Environment } from '../../config/environment.js';
import type { Logger } from '../../logging/logger.js';

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;

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
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logLevel: logLevel.INFO,
    logCreator: toOurLogger,
  });
}
