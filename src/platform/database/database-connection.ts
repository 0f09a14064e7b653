import type { Environment } from '../config/environment.js';
import type { ConnectionSettings } from './embedded/connection-settings.js';

const DEFAULT_PORT = 5432;

/** libpq's `sslmode`: `require` encrypts, `verify-ca` and `verify-full` also check who answers. */
function sslOf(sslMode: string | null): ConnectionSettings['ssl'] {
  if (sslMode === null || sslMode === 'disable') return undefined;
  return { rejectUnauthorized: sslMode.startsWith('verify-') };
}

/** The PostgreSQL that the settings name, or undefined when they name none and one is to be embedded. */
export function configuredConnection(environment: Environment): ConnectionSettings | undefined {
  if (environment.DATABASE_URL !== undefined) {
    const url = new URL(environment.DATABASE_URL);
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? DEFAULT_PORT : Number(url.port),
      user: decodeURIComponent(url.username) || environment.DB_USER,
      password: decodeURIComponent(url.password) || environment.DB_PASSWORD,
      database: decodeURIComponent(url.pathname.slice(1)) || environment.DB_NAME,
      ssl: sslOf(url.searchParams.get('sslmode')),
    };
  }
  if (environment.DB_HOST === undefined) return undefined;
  return {
    host: environment.DB_HOST,
    port: environment.DB_PORT,
    user: environment.DB_USER,
    password: environment.DB_PASSWORD,
    database: environment.DB_NAME,
  };
}
