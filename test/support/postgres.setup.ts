import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/embedded-postgres.js';
import { findRunningServer, isAlive } from '../../src/platform/embedded-postgres/postmaster-pid-file.js';
import { compileMigrations } from './compiled-migrations.js';
import { shareService, type StartedService } from './shared-services.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** the server that all specs of a run share; each makes a database of its own in it */
    postgres: ConnectionSettings;
    /** the migrations as TypeORM loads them, compiled once: the compiler takes a second to load */
    migrationsDirectory: string;
  }
}

interface PostgresOfTheRun {
  readonly connection: ConnectionSettings;
  readonly migrationsDirectory: string;
}

/** Durability costs a test run time and gives it nothing: the data goes with the run. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Of a directory's name; what follows is the pid of the run that it belongs to. */
const PREFIX = 'waybill-test-postgres-';

/** One PostgreSQL for the run, which all its tiers share; the last one to tear down stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { service, release } = await shareService('postgres', start);
  project.provide('postgres', service.connection);
  project.provide('migrationsDirectory', service.migrationsDirectory);
  return release;
}

/** Starts it in a directory of its own, which goes when it stops. */
async function start(): Promise<StartedService<PostgresOfTheRun>> {
  await removeLeftovers();
  const dataDir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const [server, migrations] = await Promise.all([
    startEmbeddedPostgres({
      dataDir,
      log: (message, fields) => console.error(message, fields ?? ''),
      settings: SETTINGS,
    }),
    compileMigrations(),
  ]);
  return {
    service: { connection: server.connection, migrationsDirectory: migrations.directory },
    async stop() {
      await server.stop();
      await migrations.remove();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A run that is killed leaves its server behind, which would go on for as long as the machine. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isAlive(Number.parseInt(name.slice(PREFIX.length), 10))) continue;
    const dataDir = join(tmpdir(), name);
    try {
      const server = await findRunningServer(join(dataDir, 'postgres'));
      if (server?.certain) process.kill(server.pid, 'SIGQUIT');
      await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    } catch (error) {
      console.error('what an earlier test run left could not be removed', dataDir, error);
    }
  }
}
