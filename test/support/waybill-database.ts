import { inject } from 'vitest';
import { ORDER_ENTITIES } from '../../src/orders/repository/order.entities.js';
import { Database, type DatabaseOptions } from '../../src/platform/database/database.js';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import type { Context } from '../../src/platform/context.js';
import { ownSchemaOf } from '../../src/platform/context-registry.js';
import { PLATFORM_ENTITIES } from '../../src/platform/platform.module.js';
import { createTestDatabase } from './test-database.js';

export interface WaybillDatabase {
  connection: ConnectionSettings;
  /** For opening the same database a second time, as another process would. */
  options: DatabaseOptions;
  /** Open, and migrated. */
  database: Database;
  /** Runs a statement with numbered parameters and returns its rows. */
  rows<Row extends object>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Closes it and drops it. */
  drop(): Promise<void>;
}

export interface WaybillDatabaseOptions {
  readonly poolSize?: number;
  /** Whose tables are there besides those of orders. */
  readonly contexts?: readonly Context[];
}

/** A fresh database with the program's own schema. */
export async function openWaybillDatabase({
  poolSize = 12,
  contexts = [],
}: WaybillDatabaseOptions = {}): Promise<WaybillDatabase> {
  const { connection, drop } = await createTestDatabase();
  const options: DatabaseOptions = {
    entities: [...PLATFORM_ENTITIES, ...ORDER_ENTITIES, ...contexts.flatMap(({ entities }) => entities)],
    migrationsDirectory: inject('migrationsDirectory'),
    schemas: contexts.flatMap(ownSchemaOf),
    poolSize,
  };
  const database = new Database(options);
  await database.open(connection);
  return {
    connection,
    options,
    database,
    rows: (sql, parameters) => database.source.query(sql, parameters),
    async drop() {
      await database.close();
      await drop();
    },
  };
}
