/**
 * Shows that the migrations make the schema that the mapping describes, and that each can be taken back.
 *
 * Run from the sources (`tsx scripts/check-migrations.ts`), so that it never judges what an older build has left.
 * Ends with 1 and the SQL that would mend the schema when the two differ.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DataSource } from 'typeorm';
import { databaseOptions } from '../src/app.module.js';
import { Environment } from '../src/platform/config/environment.js';
import { dataSourceFor } from '../src/platform/database/database.js';
import type { ConnectionSettings } from '../src/platform/database/embedded/connection-settings.js';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/embedded-postgres.js';

const MIGRATIONS = resolve(import.meta.dirname, '..', 'migrations', '*.ts');

/** What is in the schema, but for the table in which TypeORM notes the migrations that it ran. */
const LEFT_BEHIND = `
  SELECT c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relname !~ '^(migrations|PK_)' AND c.relkind IN ('r', 'v', 'm', 'S', 'i')
  ORDER BY c.relname`;

/** @returns one line a fault */
async function faultsOf(source: DataSource): Promise<string[]> {
  const faults: string[] = [];
  const migrations = await source.runMigrations({ transaction: 'each' });
  faults.push(...(await differences(source, 'the schema differs from the mapping')));
  for (const _ of migrations) await source.undoLastMigration({ transaction: 'each' });
  const left: { name: string }[] = await source.query(LEFT_BEHIND);
  for (const { name } of left) faults.push(`undoing all migrations leaves ${name} behind`);
  if (left.length > 0) return faults;
  await source.runMigrations({ transaction: 'each' });
  faults.push(...(await differences(source, 'after undo and redo the schema differs from the mapping')));
  return faults;
}

async function differences(source: DataSource, message: string): Promise<string[]> {
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => `${message}: ${query}`);
}

async function check(connection: ConnectionSettings): Promise<number> {
  const options = databaseOptions(new Environment());
  const source = dataSourceFor(connection, options).setOptions({ migrations: [MIGRATIONS] });
  await source.initialize();
  try {
    if (source.migrations.length === 0) throw new Error(`there are no migrations in ${MIGRATIONS}`);
    const faults = await faultsOf(source);
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) return 1;
    const { length } = source.migrations;
    console.log(
      `migrations: ${length} made the schema of the mapping, and ${length === 1 ? 'was' : 'were'} undone and redone`,
    );
    return 0;
  } finally {
    await source.destroy();
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'waybill-migrations-'));
try {
  const server = await startEmbeddedPostgres({
    dataDir,
    log: () => undefined,
    settings: { fsync: 'off', synchronous_commit: 'off' },
  });
  try {
    process.exitCode = await check(server.connection);
  } catch (error) {
    console.error(`migrations: ${(error as Error).message}`);
    process.exitCode = 1;
  } finally {
    await server.stop();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
