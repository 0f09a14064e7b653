import { databaseOptions } from './app.module.js';
import type { Environment } from './platform/config/environment.js';
import { Database } from './platform/database/database.js';
import { providePostgres } from './platform/database/postgres.js';

/** Opens the configured database, or the embedded one, which migrates it, and does some work on it. */
async function withDatabase(
  environment: Environment,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const postgres = await providePostgres(environment, () => undefined);
  try {
    const database = new Database(databaseOptions(environment));
    await database.open(postgres.connection);
    await work(database);
    await database.close();
  } finally {
    await postgres.stop();
  }
}

export function migrateDatabase(environment: Environment): Promise<void> {
  return withDatabase(environment, async (database) => {
    const applied = database.source.migrations.length;
    process.stdout.write(
      `the schema is up to date: ${applied} migration${applied === 1 ? '' : 's'} applied\n`,
    );
    await Promise.resolve();
  });
}

/** Deletes every table, and makes them anew by the migrations. */
export function resetDatabase(environment: Environment): Promise<void> {
  return withDatabase(environment, async (database) => {
    await database.source.dropDatabase();
    await database.source.runMigrations({ transaction: 'each' });
    process.stdout.write('all that was stored is deleted; the schema is up to date\n');
  });
}
