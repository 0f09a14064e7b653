import type { Environment } from './environment.js';
import { pemFaults } from './pem-files.js';
import { kafkaFiles, tokenFiles } from './kafka-files.js';

const OF_TLS = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const;
const OF_ACCOUNT = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const OF_ENDPOINT = [
  'KAFKA_SASL_OAUTH_CA',
  'KAFKA_SASL_OAUTH_CLIENT_ID',
  'KAFKA_SASL_OAUTH_CLIENT_SECRET',
  'KAFKA_SASL_OAUTH_SCOPE',
] as const;
const OF_TOKENS = ['KAFKA_SASL_OAUTH_ENDPOINT', 'KAFKA_SASL_OAUTH_COMMAND', ...OF_ENDPOINT] as const;

/** What of the settings does nothing without KAFKA_BROKERS. */
export const KAFKA_SECURITY_SETTINGS = [
  'KAFKA_SSL',
  ...OF_TLS,
  'KAFKA_SASL_MECHANISM',
  ...OF_ACCOUNT,
  ...OF_TOKENS,
] as const;

type Name = (typeof KAFKA_SECURITY_SETTINGS)[number];

/** How connections to the brokers are secured, where the settings do not say it together: one line a fault. */
export function kafkaSettingFaults(environment: Environment): string[] {
  if (environment.KAFKA_BROKERS === undefined) return [];
  const faults = [...tlsFaults(environment), ...loginFaults(environment)];
  if (faults.length > 0) return faults;
  return [...pemFaults(kafkaFiles(environment)), ...pemFaults(tokenFiles(environment))];
}

function tlsFaults(environment: Environment): string[] {
  const files = given(environment, OF_TLS);
  if (environment.KAFKA_SSL === 'off') {
    return files.length === 0
      ? []
      : [`${listOf(files)} set while KAFKA_SSL is off: expected KAFKA_SSL to be on`];
  }
  const { KAFKA_SSL_CERT, KAFKA_SSL_KEY } = environment;
  if ((KAFKA_SSL_CERT === undefined) === (KAFKA_SSL_KEY === undefined)) return [];
  const [there, missing] =
    KAFKA_SSL_CERT === undefined ? ['KAFKA_SSL_KEY', 'KAFKA_SSL_CERT'] : ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'];
  return [`${there} is set without ${missing}: expected a certificate and its key, or neither`];
}

function loginFaults(environment: Environment): string[] {
  const { KAFKA_SASL_MECHANISM: mechanism } = environment;
  const account = given(environment, OF_ACCOUNT);
  const tokens = given(environment, OF_TOKENS);
  if (mechanism === undefined) {
    const all = [...account, ...tokens];
    return all.length === 0 ? [] : [`${listOf(all)} set without KAFKA_SASL_MECHANISM: expected one`];
  }
  if (mechanism === 'OAUTHBEARER') {
    const useless =
      account.length === 0
        ? []
        : [`${listOf(account)} set with OAUTHBEARER: expected PLAIN or SCRAM as KAFKA_SASL_MECHANISM`];
    return [...useless, ...tokenFaults(environment)];
  }
  const faults =
    tokens.length === 0
      ? []
      : [`${listOf(tokens)} set with ${mechanism}: expected OAUTHBEARER as KAFKA_SASL_MECHANISM`];
  const missing = OF_ACCOUNT.filter((name) => !account.includes(name));
  if (missing.length > 0) {
    faults.push(`KAFKA_SASL_MECHANISM is ${mechanism}: expected ${missing.join(' and ')} with it`);
  }
  return faults;
}

function tokenFaults(environment: Environment): string[] {
  const { KAFKA_SASL_OAUTH_ENDPOINT: endpoint, KAFKA_SASL_OAUTH_COMMAND: command } = environment;
  if (endpoint === undefined && command === undefined) {
    return [
      'KAFKA_SASL_MECHANISM is OAUTHBEARER: expected KAFKA_SASL_OAUTH_ENDPOINT or KAFKA_SASL_OAUTH_COMMAND with it',
    ];
  }
  if (endpoint !== undefined && command !== undefined) {
    return ['KAFKA_SASL_OAUTH_ENDPOINT and KAFKA_SASL_OAUTH_COMMAND are both set: expected one of them'];
  }
  if (endpoint === undefined) {
    const useless = given(environment, OF_ENDPOINT);
    return useless.length === 0
      ? []
      : [
          `${listOf(useless)} set with KAFKA_SASL_OAUTH_COMMAND: expected KAFKA_SASL_OAUTH_ENDPOINT in its place`,
        ];
  }
  const faults: string[] = [];
  const needed = ['KAFKA_SASL_OAUTH_CLIENT_ID', 'KAFKA_SASL_OAUTH_CLIENT_SECRET'] as const;
  const there = given(environment, needed);
  const missing = needed.filter((name) => !there.includes(name));
  if (missing.length > 0) {
    faults.push(`KAFKA_SASL_OAUTH_ENDPOINT is set: expected ${missing.join(' and ')} with it`);
  }
  const { protocol, username, password } = new URL(endpoint);
  if (username !== '' || password !== '') {
    faults.push(
      'KAFKA_SASL_OAUTH_ENDPOINT has a user or a password in it: expected them as KAFKA_SASL_OAUTH_CLIENT_ID and KAFKA_SASL_OAUTH_CLIENT_SECRET',
    );
  }
  if (protocol === 'http:' && environment.KAFKA_SASL_OAUTH_CA !== undefined) {
    faults.push('KAFKA_SASL_OAUTH_CA is set, and KAFKA_SASL_OAUTH_ENDPOINT is http: expected https');
  }
  return faults;
}

const given = <Some extends Name>(environment: Environment, names: readonly Some[]): Some[] =>
  names.filter((name) => environment[name] !== undefined && environment[name] !== '');

/** As the subject of a sentence. */
const listOf = (names: readonly string[]): string =>
  `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'}`;
