import { readDatabaseUrl } from '../config/database-url.js';
import type { Environment } from '../config/environment.js';
import type { ConnectionSettings } from './connection-settings.js';

/** The PostgreSQL that the settings name, or undefined when they name none and one is to be embedded. */
export function configuredConnection(environment: Environment): ConnectionSettings | undefined {
  const { DATABASE_URL, DB_HOST, DB_PORT, DB_USER, DB_PASSWORD, DB_NAME } = environment;
  if (DATABASE_URL !== undefined) {
    const url = readDatabaseUrl(DATABASE_URL);
    if ('faults' in url) throw new TypeError(`DATABASE_URL ${url.faults.join('; ')}`);
    return {
      host: url.host,
      port: url.port ?? DB_PORT,
      user: url.user || DB_USER,
      password: url.password || DB_PASSWORD,
      database: url.database || DB_NAME,
      ssl: url.tls,
    };
  }
  if (DB_HOST === undefined) return undefined;
  return {
    host: DB_HOST,
    port: DB_PORT,
    user: DB_USER,
    password: DB_PASSWORD,
    database: DB_NAME,
  };
}
