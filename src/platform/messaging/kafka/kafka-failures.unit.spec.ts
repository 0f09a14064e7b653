import {
  KafkaJSAggregateError,
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
} from 'kafkajs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../failures/failure-kind.js';
import { knownFailures } from '../../known-failures.js';
import { KAFKA_KINDS } from './kafka-failures.js';

/** Its name alone says nothing, and it never leaves kafkajs. */
const NAMELESS = ['KafkaJSFetcherRebalanceError'];

describe('a failure that Kafka tells', () => {
  // Required, since an import of a CommonJS package need not show all that it exports.
  const exported = createRequire(import.meta.url)('kafkajs') as Record<
    string,
    new (...of: object[]) => Error
  >;
  const classes = Object.entries(exported).filter(
    ([name]) => /^KafkaJS\w+$/.test(name) && !NAMELESS.includes(name),
  );

  it.each(classes)('is judged on purpose: %s', (_, KafkaError) => {
    const error = new KafkaError(Object.assign(new Error('no'), { partitions: [] }), {});
    expect(KAFKA_KINDS).toHaveProperty(error.name);
  });

  it('is judged for all classes that there are', () => {
    expect(classes.length).toBeGreaterThan(25);
  });

  const connection = new KafkaJSConnectionError('connect ECONNREFUSED', { broker: '127.0.0.1:9092' });
  const retries = { retryCount: 5, retryTime: 300 };
  const protocol = (type: string, retriable: boolean): Error =>
    new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable }));

  it.each<[string, unknown, FailureKind]>([
    ['a broker that is away', connection, 'transient'],
    ['a broker that stays away', new KafkaJSNumberOfRetriesExceeded(connection, retries), 'transient'],
    ['a broker that is not yet asked what it speaks', notConnected(), 'transient'],
    ['no answer in time', requestTimeout(), 'transient'],
    ['a partition that moves', protocol('NOT_LEADER_FOR_PARTITION', true), 'transient'],
    ['a message that is too large', protocol('MESSAGE_TOO_LARGE', false), 'permanent'],
    [
      'a message that is too large, as its retries tell',
      Object.assign(new KafkaJSNonRetriableError('no'), { cause: protocol('MESSAGE_TOO_LARGE', false) }),
      'permanent',
    ],
    ['an account without the right', protocol('TOPIC_AUTHORIZATION_FAILED', false), 'transient'],
    ['a request that makes no sense', protocol('INVALID_REQUEST', false), 'bug'],
    [
      'topics that could not all be made, since a broker is away',
      new KafkaJSAggregateError('no', [new Error('not it'), connection]),
      'transient',
    ],
    ['a protocol that is not spoken', new KafkaJSNonRetriableError('unsupported'), 'bug'],
  ])('%s', (_, error, kind) => {
    expect(knownFailures().kindOf(error)).toBe(kind);
  });

  /** As kafkajs itself throws it. */
  function notConnected(): unknown {
    type Broker = new (parts: object) => { lookupRequest: () => void };
    const Broker = createRequire(import.meta.url)('kafkajs/src/broker/index.js') as Broker;
    const logger = { namespace: () => logger };
    const connectionPool = { host: '127.0.0.1', port: 9092 };
    try {
      return void new Broker({ connectionPool, logger }).lookupRequest();
    } catch (error) {
      return error;
    }
  }

  function requestTimeout(): Error {
    const detail = {
      broker: 'b',
      clientId: 'c',
      correlationId: 1,
      createdAt: 0,
      sentAt: 0,
      pendingDuration: 0,
    };
    return new KafkaJSRequestTimeoutError('Request Produce timed out', detail);
  }
});
