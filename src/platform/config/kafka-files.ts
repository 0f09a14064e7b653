import type { Environment } from './environment.js';
import { namedFile } from './named-file.js';
import type { PemFiles } from './pem-files.js';

/** What TLS to the brokers is made with. */
export const kafkaFiles = (environment: Environment): PemFiles => ({
  ca: namedFile(environment, 'KAFKA_SSL_CA'),
  cert: namedFile(environment, 'KAFKA_SSL_CERT'),
  key: namedFile(environment, 'KAFKA_SSL_KEY'),
});

/** What TLS to where tokens are fetched is made with. */
export const tokenFiles = (environment: Environment): PemFiles => ({
  ca: namedFile(environment, 'KAFKA_SASL_OAUTH_CA'),
});
