import type { Environment } from './environment.js';
import type { NamedFile, PemFiles } from './pem-files.js';
import { writtenName } from './setting-sources.js';

type FileSetting = 'KAFKA_SSL_CA' | 'KAFKA_SSL_CERT' | 'KAFKA_SSL_KEY' | 'KAFKA_SASL_OAUTH_CA';

/** What TLS to the brokers is made with. */
export const kafkaFiles = (environment: Environment): PemFiles => ({
  ca: fileOf(environment, 'KAFKA_SSL_CA'),
  cert: fileOf(environment, 'KAFKA_SSL_CERT'),
  key: fileOf(environment, 'KAFKA_SSL_KEY'),
});

/** What TLS to where tokens are fetched is made with. */
export const tokenFiles = (environment: Environment): PemFiles => ({
  ca: fileOf(environment, 'KAFKA_SASL_OAUTH_CA'),
});

function fileOf(environment: Environment, name: FileSetting): NamedFile | undefined {
  const path = environment[name];
  return path === undefined ? undefined : { setting: writtenName(environment, name), path };
}
