import type { Environment } from '../config/environment.js';
import { configuredConnection } from './database-connection.js';
import type { ConnectionSettings } from './embedded/connection-settings.js';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded/embedded-postgres.js';

/** The PostgreSQL of this process. */
export interface Postgres {
  readonly connection: ConnectionSettings;
  /** Where it keeps what it stores, for people. */
  readonly place: string;
  /** Ends it when it is our own. */
  stop(): Promise<void>;
}

/**
 * The PostgreSQL that the settings name, which is not asked yet, or else one of our own, which is started.
 *
 * @throws DataDirInUseError, EmbeddedPostgresUnavailableError
 */
export async function providePostgres(
  environment: Environment,
  log: EmbeddedPostgresOptions['log'],
): Promise<Postgres> {
  const connection = configuredConnection(environment);
  if (connection !== undefined) {
    const { host, port, database } = connection;
    const place = `database ${database} on ${host}:${port}`;
    return { connection, place, stop: () => Promise.resolve() };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: environment.DATA_DIR, log });
  return {
    connection: embedded.connection,
    place: embedded.dataDirectory,
    stop: () => embedded.stop(),
  };
}
