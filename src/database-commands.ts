import { databaseOptions } from './app.module.js';
import type { Environment } from './platform/config/environment.js';
import { Database } from './platform/database/database.js';
import { type Postgres, providePostgres, reachPostgres } from './platform/database/postgres.js';
import type { DeadLettersCommand } from './platform/messaging/dead-letters/command/dead-letters-arguments.js';
import { askToSkip, type SkipBatchCommand } from './platform/messaging/batch-skips/skip-batch-command.js';
import { DeadLettersCommandRun } from './platform/messaging/dead-letters/command/dead-letters-command.js';

/** Opens a database, which migrates it, does some work on it, and closes it. */
async function withDatabase<T>(
  environment: Environment,
  postgres: Postgres,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = new Database(databaseOptions(environment));
  try {
    await database.open(postgres.connection);
    return await work(database);
  } finally {
    await database.close();
    await postgres.stop();
  }
}

/** The configured PostgreSQL, or the embedded one, which nobody else may use. */
const ownPostgres = (environment: Environment): Promise<Postgres> =>
  providePostgres(environment, () => undefined);

export async function migrateDatabase(environment: Environment): Promise<void> {
  await withDatabase(environment, await ownPostgres(environment), async (database) => {
    const applied = database.source.migrations.length;
    process.stdout.write(
      `the schema is up to date: ${applied} migration${applied === 1 ? '' : 's'} applied\n`,
    );
    await Promise.resolve();
  });
}

/** Deletes every table, and makes them anew by the migrations. */
export async function resetDatabase(environment: Environment): Promise<void> {
  await withDatabase(environment, await ownPostgres(environment), async (database) => {
    await database.source.dropDatabase();
    await database.source.runMigrations({ transaction: 'each' });
    process.stdout.write('all that was stored is deleted; the schema is up to date\n');
  });
}

/**
 * The dead letters from the command line, whether the program runs or not. Ctrl-C ends long work after its chunk.
 *
 * @returns the exit code
 */
export async function deadLettersCommand(
  environment: Environment,
  command: Exclude<DeadLettersCommand, { action: 'help' }>,
): Promise<number> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // Who reads only the beginning (`| head`) has what they wanted.
  process.stdout.on('error', () => undefined);
  const out = (text: string): void => void process.stdout.write(text);
  const terminal = { out, err: process.stderr, signal: stopping.signal };
  return withDatabase(environment, await reachPostgres(environment), (database) =>
    new DeadLettersCommandRun(database, terminal).run(command),
  );
}

/** A batch to go on behind, whether the program runs or not. */
export async function skipBatch(environment: Environment, command: SkipBatchCommand): Promise<void> {
  await withDatabase(environment, await reachPostgres(environment), async (database) => {
    process.stdout.write(await askToSkip(database, command));
  });
}
