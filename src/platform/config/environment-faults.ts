import { readDatabaseUrl } from './database-url.js';
import type { Environment } from './environment.js';
import { redisUrlFaults } from './redis-url.js';
import type { Variables } from './setting-texts.js';

/** PGSSLMODEs that promise an encrypted connection. */
const MODES_WITH_TLS = ['require', 'no-verify', 'verify-ca', 'verify-full'];

/** What URLs say and would not be honoured. */
export function urlFaults(
  { DATABASE_URL, DB_HOST, REDIS_URL }: Environment,
  { PGSSLMODE }: Variables,
): string[] {
  const faults: string[] = [];
  const database = DATABASE_URL === undefined ? undefined : readDatabaseUrl(DATABASE_URL);
  if (database !== undefined && 'faults' in database) {
    faults.push(...database.faults.map((fault) => `DATABASE_URL ${fault}`));
  } else if (
    (DB_HOST !== undefined || (database !== undefined && !database.saysTls)) &&
    MODES_WITH_TLS.includes(PGSSLMODE ?? '')
  ) {
    faults.push(
      `PGSSLMODE is "${PGSSLMODE}", which is not read: expected sslmode in DATABASE_URL, or PGSSLMODE not set`,
    );
  }
  if (REDIS_URL !== undefined) {
    faults.push(...redisUrlFaults(REDIS_URL).map((fault) => `REDIS_URL ${fault}`));
  }
  return faults;
}

/** Faults that no single setting has. */
export function faultsBetween(environment: Environment): string[] {
  const faults: string[] = [];
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
  return faults;
}
