/**
 * Shows that the migrations make the schema that the mapping describes, that each can be taken back, that the
 * code of the step before can go on working after it, and that none builds an index while it keeps a table from being written.
 *
 * Run from the sources (`tsx scripts/check-migrations.ts`), so that it never judges what an older build has left.
 * Ends with 1 and the SQL that would mend the schema when the two differ.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type DataSource, type Migration, MigrationExecutor } from 'typeorm';
import { CONTEXTS, databaseOptions } from '../src/app.module.js';
import { PROGRAM_SETTINGS } from '../src/platform/config/environment.js';
import { Settings } from '../src/platform/config/setting-group.js';
import { ConnectionAttempts } from '../src/platform/database/connection-attempts.js';
import { dataSourceFor } from '../src/platform/database/database.js';
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres/embedded-postgres.js';
import { readSchema, type Schema } from './migrations/schema.js';
import { differences, faultsForOldCode, heldTables } from './migrations/schema-step.js';

const SOURCES = resolve(import.meta.dirname, '..', 'src');
const MIGRATIONS = resolve(import.meta.dirname, '..', 'migrations', '*.ts');

/** Those until then are released with indexes that they built within transactions. */
const LAST_THAT_HELD_TABLES = 1_796_601_600_000;

/** What the code's ON CONFLICT finds by its name. */
const CONSTRAINTS_BY_NAME = new Set(
  readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [
      ...readFileSync(join(SOURCES, path), 'utf8').matchAll(/ON CONFLICT ON CONSTRAINT (\w+)/g),
    ])
    .map(([, name]) => name!),
);

/** @returns one line a fault */
async function faultsOf(source: DataSource): Promise<string[]> {
  const faults: string[] = [];
  const executor = new MigrationExecutor(source);
  for (const migration of await executor.getPendingMigrations()) {
    const step = await schemasAround(source, executor, migration);
    const name = (faults: string[], message: string): string[] =>
      faults.map((fault) => `${migration.name}: ${message}: ${fault}`);
    faults.push(
      ...name(
        faultsForOldCode(step.before, step.after, CONSTRAINTS_BY_NAME),
        'the code before it cannot go on',
      ),
      ...name(
        isHolding(migration) ? heldTables(step.before, step.after) : [],
        'it holds a table that is in use',
      ),
      ...name(differences(step.before, step.undone), 'it is not undone'),
      ...name(differences(step.after, step.redone), 'it is not redone'),
    );
  }
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  return [...faults, ...upQueries.map(({ query }) => `the schema differs from the mapping: ${query}`)];
}

/** Whether what it does to a table is seen, and over, only with all the rest. */
const isHolding = ({ timestamp, instance }: Migration): boolean =>
  timestamp > LAST_THAT_HELD_TABLES && instance?.transaction !== false;

interface Step {
  readonly before: Schema;
  readonly after: Schema;
  readonly undone: Schema;
  readonly redone: Schema;
}

async function schemasAround(
  source: DataSource,
  executor: MigrationExecutor,
  migration: Migration,
): Promise<Step> {
  const before = await readSchema(source);
  await executor.executeMigration(migration);
  const after = await readSchema(source);
  await source.undoLastMigration({ transaction: 'each' });
  const undone = await readSchema(source);
  await executor.executeMigration(migration);
  return { before, after, undone, redone: await readSchema(source) };
}

async function check(connection: ConnectionSettings): Promise<number> {
  const options = databaseOptions({ settings: Settings.defaults([PROGRAM_SETTINGS]), contexts: CONTEXTS });
  const schemas = options.schemas ?? [];
  const migrations = [MIGRATIONS, ...schemas.flatMap((schema) => schema.migrations)];
  const source = dataSourceFor(new ConnectionAttempts(connection), options).setOptions({ migrations });
  await source.initialize();
  try {
    for (const { name } of schemas) await source.query(`CREATE SCHEMA "${name}"`);
    if (source.migrations.length === 0) throw new Error(`there are no migrations in ${MIGRATIONS}`);
    const faults = await faultsOf(source);
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) return 1;
    const { length } = source.migrations;
    console.log(
      `migrations: ${length} made the schema of the mapping, and ${length === 1 ? 'was' : 'were'} undone and redone a step at a time`,
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
