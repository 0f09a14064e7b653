import type { ISocketFactory, Kafka as KafkajsClient, logCreator, logLevel as LogLevel } from 'kafkajs';
import type { Environment } from '../../config/environment.js';
import type { Logger } from '../../logging/logger.js';
import { KafkaConnections } from './connections/kafka-connections.js';
import { asSaslOptions } from './connections/login.js';
import { Kafka, loginProviders, logLevel } from './kafkajs.js';

const CONNECTION_TIMEOUT_MS = 3_000;
/** Before kafkajs gives a connection up, without a word on what was waited for. */
const SOCKET_LIMIT_MS = CONNECTION_TIMEOUT_MS - 100;
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
export const DEFAULT_RETRY: KafkaRetry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };

/**
 * Some minutes. A consumer that gives up restarts as a new member of its group, and the rebalance waits until the old
 * member's session has timed out; one that keeps retrying is still the same member when the broker is back.
 */
export const CONSUMER_RETRY: KafkaRetry = { ...DEFAULT_RETRY, retries: 300 };

/** kafkajs's client, and the connections that it shares with others of this process. */
export type KafkaClient = KafkajsClient & { readonly connections: KafkaConnections };

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
/** Of a right that is missing: whoever asked says which. */
const NO_RIGHT = /^Not authorized to access|authorization failed|^Topic creation errors$/i;
const OF_LOGIN = /^SaslAuthenticator/;
/** What a broker answers to a login that it refuses. */
const ANSWER_TO_LOGIN = /^Response Sasl(Handshake|Authenticate)\(/;
/** Node's words for a connection that kafkajs has ended by itself; where the broker does, they are replaced by ours. */
const ENDED_IN_HANDSHAKE = /before secure TLS connection was established$/;

/**
 * kafkajs, logging through ours, over connections as the settings have them: each reads passwords, tokens and certificates
 * as they are at that time.
 *
 * @param connections of this process, where it has other clients of Kafka as well
 */
export function createKafka(
  environment: Environment,
  log: Logger,
  retry: KafkaRetry = DEFAULT_RETRY,
  connections: KafkaConnections = new KafkaConnections(environment, log),
): KafkaClient {
  const toOurLogger: logCreator =
    () =>
    ({ namespace, level, log: { message, ...fields } }) => {
      const error = String(fields.error);
      // Others log a crash, a fault of a connection and a right that is missing themselves, in one line each.
      const isQuiet =
        message.startsWith(CRASH) ||
        COMES_UP.test(error) ||
        OF_LOGIN.test(namespace) ||
        ANSWER_TO_LOGIN.test(message) ||
        ENDED_IN_HANDSHAKE.test(message) ||
        [message, error].some((text) => NO_RIGHT.test(text) || connections.isTold(text));
      log[isQuiet ? 'debug' : LEVELS[level]](
        { kafkajs: namespace, error: fields.error as unknown, broker: fields.broker as unknown },
        message,
      );
    };
  const open: ISocketFactory = (args) => connections.open(args, SOCKET_LIMIT_MS);
  const login = connections.login(loginProviders);
  const client = new Kafka({
    clientId: environment.KAFKA_CLIENT_ID,
    brokers: environment.KAFKA_BROKERS ?? [],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // What consumers were refused has to be known where their metadata is read, and this is what kafkajs hands on.
    socketFactory: Object.assign(open, { refusals: connections.refusals }),
    ...(login && { sasl: asSaslOptions(login) }),
    retry,
    logLevel: logLevel.INFO,
    logCreator: toOurLogger,
  });
  return Object.assign(client, { connections });
}
