import { databaseOptions, type House, topicsOf } from './app.module.js';
import { Environment } from './platform/config/environment.js';
import type { DatabaseCommand } from './platform/context-command.js';
import { Database, type DatabaseOptions } from './platform/database/database.js';
import {
  databasePlace,
  NoDatabaseError,
  type Postgres,
  providePostgres,
  reachPostgres,
  requireDatabase,
} from './platform/postgres.js';
import type { DeadLettersCommand } from './platform/dead-letters/command/dead-letters-arguments.js';
import { askToSkip, type SkipBatchCommand } from './platform/messaging/batch-skips/skip-batch-command.js';
import type { Terminal } from './platform/terminal.js';
import { DeadLettersCommandRun } from './platform/dead-letters/command/dead-letters-command.js';

const HOUR_MS = 3_600_000;
/** Nobody waits for a command but who runs it, and it may look at all that there is. */
const COMMAND_LIMITS = { statementLimitMs: HOUR_MS, answerLimitMs: HOUR_MS + 5_000 };

const environmentOf = ({ settings }: House): Environment => settings.of(Environment);

/**
 * Opens a database, which migrates it, does some work on it, and closes it.
 *
 * @throws NoDatabaseError when there is nothing of ours in it, unless it `mayBeNew`
 */
async function withDatabase<T>(
  house: House,
  postgres: Postgres,
  work: (database: Database) => Promise<T>,
  { mayBeNew = false, limits = {} }: { mayBeNew?: boolean; limits?: Partial<DatabaseOptions> } = {},
): Promise<T> {
  const database = new Database({ ...databaseOptions(house), ...limits });
  try {
    if (!mayBeNew && (await database.isNew(postgres.connection))) {
      throw new NoDatabaseError(databasePlace(environmentOf(house)));
    }
    await database.open(postgres.connection);
    return await work(database);
  } finally {
    await database.close();
    await postgres.stop();
  }
}

/** @returns the exit code, as all of these do */
export async function migrateDatabase(house: House): Promise<number> {
  const postgres = await reachPostgres(environmentOf(house));
  const applied = await withDatabase(
    house,
    postgres,
    (database) => Promise.resolve(database.source.migrations.length),
    { mayBeNew: true },
  );
  process.stdout.write(`the schema is up to date: ${applied} migration${applied === 1 ? '' : 's'} applied\n`);
  return 0;
}

/** Deletes every table, and makes them anew by the migrations. An embedded PostgreSQL that is in use is left alone. */
export async function resetDatabase(house: House): Promise<number> {
  requireDatabase(environmentOf(house));
  const postgres = await providePostgres(environmentOf(house), () => undefined);
  await withDatabase(house, postgres, (database) => database.reset());
  process.stdout.write('all that was stored is deleted; the schema is up to date\n');
  return 0;
}

/**
 * The dead letters from the command line, whether the program runs or not. Ctrl-C ends long work after its chunk.
 *
 * @returns the exit code
 */
export async function deadLettersCommand(
  house: House,
  command: Exclude<DeadLettersCommand, { action: 'help' }>,
): Promise<number> {
  requireDatabase(environmentOf(house));
  const terminal = openTerminal();
  return withDatabase(house, await reachPostgres(environmentOf(house)), (database) =>
    new DeadLettersCommandRun(database, terminal).run(command),
  );
}

/**
 * A command that a context brings, on the database, whether the program runs or not.
 *
 * @returns the exit code
 */
export async function contextCommand(
  house: House,
  command: DatabaseCommand,
  operands: readonly string[],
): Promise<number> {
  requireDatabase(environmentOf(house));
  const terminal = openTerminal();
  return withDatabase(
    house,
    await reachPostgres(environmentOf(house)),
    (database) =>
      command.run({ database, settings: house.settings, topics: topicsOf(house), terminal }, operands),
    { limits: COMMAND_LIMITS },
  );
}

/** Standard output and error; Ctrl-C ends long work after what is under way. */
export function openTerminal(): Terminal {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // Who reads only the beginning (`| head`) has what they wanted.
  process.stdout.on('error', () => undefined);
  return { out: (text) => void process.stdout.write(text), err: process.stderr, signal: stopping.signal };
}

/** A batch to go on behind, whether the program runs or not. */
export async function skipBatch(house: House, command: SkipBatchCommand): Promise<number> {
  requireDatabase(environmentOf(house));
  await withDatabase(house, await reachPostgres(environmentOf(house)), async (database) => {
    process.stdout.write(await askToSkip(database, command));
  });
  return 0;
}
