import { KafkaJSNonRetriableError, KafkaJSProtocolError } from 'kafkajs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Environment } from '../../../config/environment.js';
import { KafkaConnections } from './kafka-connections.js';
import { explainLoginFault } from './login-faults.js';
import type { Attempt } from './refusals.js';

const environmentOf = (settings: Partial<Environment>): Environment =>
  Object.assign(new Environment(), settings);
const WITH_PASSWORD = environmentOf({ KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256', KAFKA_SASL_USERNAME: 'shop' });

const said = (type: string, facts: object = {}): Error =>
  Object.assign(
    new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable: false })),
    facts,
  );

describe('a right that is missing', () => {
  const explain = (error: unknown, attempt: Attempt, environment = WITH_PASSWORD): string =>
    new KafkaConnections(environment, pino({ level: 'silent' })).explain(error, attempt).message;

  it.each<[what: string, error: Error, attempt: Attempt, line: string]>([
    [
      'the topic that the broker names',
      said('TOPIC_AUTHORIZATION_FAILED', { topics: ['orders'] }),
      { operation: 'READ', topics: ['orders', 'payments'] },
      'the account shop (KAFKA_SASL_USERNAME) has no right to READ the topic orders (TOPIC_AUTHORIZATION_FAILED): give it READ on that,',
    ],
    [
      'the topics that were wanted, where it names none',
      Object.assign(new KafkaJSNonRetriableError('no'), { cause: said('TOPIC_AUTHORIZATION_FAILED') }),
      { operation: 'WRITE', topics: ['orders', 'payments'] },
      'has no right to WRITE the topics orders, payments',
    ],
    [
      'the group',
      said('GROUP_AUTHORIZATION_FAILED'),
      { operation: 'READ', topics: ['orders'], group: 'g.news.1' },
      'has no right to the consumer group g.news.1 (GROUP_AUTHORIZATION_FAILED): give it READ on groups that begin with orders_group, or change KAFKA_GROUP_ID',
    ],
    [
      'what cannot be created',
      Object.assign(new Error('several'), { errors: [said('TOPIC_AUTHORIZATION_FAILED', { topic: 'a' })] }),
      { operation: 'CREATE', topics: ['a', 'b'] },
      'has no right to create the topic a (TOPIC_AUTHORIZATION_FAILED): create them, or give it CREATE on them or on the cluster',
    ],
    [
      'what a producer needs',
      said('CLUSTER_AUTHORIZATION_FAILED'),
      { operation: 'WRITE' },
      'has no right to produce (CLUSTER_AUTHORIZATION_FAILED): give it WRITE on its topics',
    ],
  ])('names %s', (_, error, attempt, line) => {
    expect(explain(error, attempt)).toContain(line);
  });

  it.each<[settings: Partial<Environment>, who: string]>([
    [{}, 'a client without an account (KAFKA_SASL_MECHANISM is not set)'],
    [{ KAFKA_SSL_CERT: 'c.pem' }, 'the holder of the certificate of KAFKA_SSL_CERT'],
    [{ KAFKA_SASL_MECHANISM: 'OAUTHBEARER' }, 'the bearer of the token of KAFKA_SASL_OAUTH_ENDPOINT'],
  ])('names who has none with %j', (settings, who) => {
    const error = said('TOPIC_AUTHORIZATION_FAILED', { topics: ['orders'] });
    expect(explain(error, { operation: 'READ' }, environmentOf(settings))).toContain(who);
  });

  it('is not made up of another error', () => {
    const error = said('MESSAGE_TOO_LARGE');
    expect(explain(error, { operation: 'WRITE' })).toBe(error.message);
  });
});

describe('a login that fails', () => {
  const explain = (error: unknown, environment = WITH_PASSWORD): string | undefined =>
    explainLoginFault(error, 'Kafka at k:9092', environment)?.message;

  it.each<[error: Error, environment: Environment, line: string]>([
    [
      said('SASL_AUTHENTICATION_FAILED'),
      WITH_PASSWORD,
      'Kafka at k:9092 does not take the account shop: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
    ],
    [
      said('SASL_AUTHENTICATION_FAILED'),
      environmentOf({ KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_SASL_OAUTH_COMMAND: 'x' }),
      'does not take the token of KAFKA_SASL_OAUTH_COMMAND',
    ],
    [said('ILLEGAL_SASL_STATE'), WITH_PASSWORD, 'takes no login on that port: unset KAFKA_SASL_MECHANISM'],
    [
      new KafkaJSNonRetriableError('SASL X mechanism is not supported by the server'),
      WITH_PASSWORD,
      'does not know SCRAM-SHA-256: set KAFKA_SASL_MECHANISM to a mechanism that it has enabled',
    ],
    [said('UNSUPPORTED_SASL_MECHANISM'), WITH_PASSWORD, 'does not know SCRAM-SHA-256'],
  ])('names what to look at: %s', (error, environment, line) => {
    expect(explain(error, environment)).toContain(line);
  });

  it('is not blamed on the account when the connection breaks amid it', () => {
    expect(explain(new Error('Closed connection'))).toBeUndefined();
  });
});
