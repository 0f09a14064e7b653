import { databaseTls } from './database-tls.js';
import { type DatabaseUrl, readDatabaseUrl } from './database-url.js';
import type { Environment } from './environment.js';
import { kafkaSettingFaults } from './kafka-setting-faults.js';
import { pemFaults } from './pem-files.js';
import { redisFaults } from './redis-access.js';
import { writtenName } from './setting-sources.js';
import type { Variables } from './setting-texts.js';

/** PGSSLMODEs that promise an encrypted connection. */
const MODES_WITH_TLS = ['require', 'no-verify', 'verify-ca', 'verify-full'];
export const promisesTls = (pgSslMode = ''): boolean => MODES_WITH_TLS.includes(pgSslMode);

/** What URLs say, and the settings of TLS beside them, and would not be honoured. */
export function urlFaults(environment: Environment, { PGSSLMODE }: Variables): string[] {
  return [...databaseFaults(environment, PGSSLMODE), ...redisFaults(environment)];
}

function databaseFaults(environment: Environment, pgSslMode: string | undefined): string[] {
  const { DATABASE_URL, DB_HOST } = environment;
  let url: DatabaseUrl | undefined;
  if (DATABASE_URL !== undefined) {
    const read = readDatabaseUrl(DATABASE_URL);
    if ('faults' in read) {
      return read.faults.map((fault) => `${writtenName(environment, 'DATABASE_URL')} ${fault}`);
    }
    url = read;
  } else if (DB_HOST === undefined) return [];
  const tls = databaseTls(environment, url);
  if ('faults' in tls) return tls.faults;
  const faults = pemFaults(tls.files);
  if (!tls.isSaid && promisesTls(pgSslMode)) {
    faults.push(
      `PGSSLMODE is "${pgSslMode}", which is not read: expected DB_SSL_MODE, or sslmode in DATABASE_URL, to say it, or PGSSLMODE not set`,
    );
  }
  return faults;
}

/** Faults that no single setting has. */
export function faultsBetween(environment: Environment): string[] {
  const faults: string[] = [];
  const { SERVER_TLS_CERT, SERVER_TLS_KEY } = environment;
  if ((SERVER_TLS_CERT === undefined) !== (SERVER_TLS_KEY === undefined)) {
    const [given, missing] =
      SERVER_TLS_CERT === undefined
        ? ['SERVER_TLS_KEY', 'SERVER_TLS_CERT']
        : ['SERVER_TLS_CERT', 'SERVER_TLS_KEY'];
    faults.push(`${given} is set and ${missing} is not: expected both of them, or none`);
  }
  if (environment.DATABASE_URL !== undefined && environment.DB_HOST !== undefined) {
    faults.push('DATABASE_URL and DB_HOST are both set: expected one of them');
  }
  const roles = new Set(environment.ROLES);
  if (environment.KAFKA_BROKERS === undefined && roles.has('relay') !== roles.has('consumer')) {
    faults.push(
      `ROLES is "${environment.ROLES.join(',')}": expected relay and consumer together, since without KAFKA_BROKERS the relay hands events to the consumers of its own process`,
    );
  }
  if (environment.KAFKA_BROKERS === undefined && roles.has('worker') && !roles.has('relay')) {
    faults.push(
      `ROLES is "${environment.ROLES.join(',')}": expected relay and consumer with worker, since without KAFKA_BROKERS the relay hands events to the workers of its own process`,
    );
  }
  faults.push(...kafkaSettingFaults(environment));
  return faults;
}
