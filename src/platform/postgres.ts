import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from './config/environment.js';
import type { DatabaseConnection } from './database/connection-settings.js';
import { configuredPlace, configuredSource } from './database/database-connection.js';
import { DataDirInUseError } from './embedded-postgres/embedded-postgres.errors.js';
import {
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres/embedded-postgres.js';
import { findRunningEmbeddedPostgres } from './embedded-postgres/running-server.js';
import { joinHostAndPort } from './host-and-port.js';

/** How long a program that uses the DATA_DIR may take to bring its server up, or down. */
const IN_BETWEEN_TIMEOUT_MS = 30_000;
const IN_BETWEEN_POLL_MS = 200;

/** There is nothing to work on, and making it would only hide that. */
export class NoDatabaseError extends Error {
  override readonly name = 'NoDatabaseError';

  constructor(place: string) {
    super(
      `nothing of Waybill is stored there (${place}). Set DATA_DIR, DATABASE_URL or DB_HOST to what the program ` +
        'runs with.',
    );
  }
}

/** Which PostgreSQL the settings mean, for people. */
export function databasePlace(environment: Environment): string {
  const place = configuredPlace(environment);
  if (place === undefined) return `embedded, ${clusterDirectory(environment)}`;
  return `${place.database} on ${joinHostAndPort(place)}, as ${place.user}`;
}

/** @throws NoDatabaseError where an embedded PostgreSQL would have to be made first */
export function requireDatabase(environment: Environment): void {
  if (configuredSource(environment) !== undefined) return;
  if (existsSync(join(clusterDirectory(environment), 'PG_VERSION'))) return;
  throw new NoDatabaseError(databasePlace(environment));
}

function clusterDirectory({ DATA_DIR }: Environment): string {
  return join(resolve(DATA_DIR), 'postgres');
}

/** The PostgreSQL of this process. */
export interface Postgres {
  readonly connection: DatabaseConnection;
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
  const connection = configuredSource(environment);
  if (connection !== undefined) {
    const configured = configuredPlace(environment)!;
    const place = `database ${configured.database} on ${joinHostAndPort(configured)}`;
    return { connection, place, stop: () => Promise.resolve() };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: environment.DATA_DIR, log });
  return {
    connection: embedded.connection,
    place: embedded.dataDirectory,
    stop: () => embedded.stop(),
  };
}

/**
 * The PostgreSQL that the program uses, whether it runs or not: the one that the settings name, the embedded one that
 * the running program has started, which is left to it, or else one of our own.
 *
 * @throws DataDirInUseError, EmbeddedPostgresUnavailableError
 */
export async function reachPostgres(environment: Environment): Promise<Postgres> {
  const deadline = Date.now() + IN_BETWEEN_TIMEOUT_MS;
  for (;;) {
    const connection =
      configuredSource(environment) === undefined
        ? await findRunningEmbeddedPostgres(environment.DATA_DIR)
        : undefined;
    if (connection !== undefined) {
      return { connection, place: environment.DATA_DIR, stop: () => Promise.resolve() };
    }
    try {
      return await providePostgres(environment, () => undefined);
    } catch (error) {
      if (!(error instanceof DataDirInUseError) || Date.now() > deadline) throw error;
    }
    await pause(IN_BETWEEN_POLL_MS);
  }
}
