import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { ORDER_ENTITIES } from '../../orders/repository/order.entities.js';
import { knownFailures } from '../known-failures.js';
import { PLATFORM_ENTITIES } from '../platform.module.js';
import { DatabaseUnavailableError } from './database.errors.js';
import { Database } from './database.js';

let server: TestDatabase;
let opened: Database[];

beforeEach(async () => {
  server = await createTestDatabase();
  opened = [];
});

afterEach(async () => {
  for (const database of opened) await database.close();
  await server.drop();
});

function newDatabase(): Database {
  const entities = [...PLATFORM_ENTITIES, ...ORDER_ENTITIES];
  const database = new Database({
    entities,
    migrationsDirectory: inject('migrationsDirectory'),
    poolSize: 4,
  });
  opened.push(database);
  return database;
}

describe('opening the database', () => {
  it('brings an empty one up to date, with the tables that the entities describe', async () => {
    const database = newDatabase();
    await database.open(server.connection);
    const tables: { name: string }[] = await database.source.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    );
    expect(tables.map(({ name }) => name)).toEqual([
      'batch_skips',
      'dead_letter_attempts',
      'dead_letters',
      'deliveries',
      'idempotency_keys',
      'items',
      'loopback_backlog',
      'migrations',
      'order_announcements',
      'order_history',
      'order_search',
      'order_search_fill',
      'order_waits_fill',
      'orders',
      'orders_disputed',
      'orders_notes',
      'orders_under_way',
      'outbox',
      'partition_claims',
      'payments',
    ]);
    // Empty when the mapping and the schema agree in every column, index and constraint.
    const { upQueries } = await database.source.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('knows an empty one from one that was opened before, and leaves it empty', async () => {
    expect(await newDatabase().isNew(server.connection)).toBe(true);
    expect(await newDatabase().isNew(server.connection)).toBe(true);
    await newDatabase().open(server.connection);
    expect(await newDatabase().isNew(server.connection)).toBe(false);
  });

  it('runs each migration once when several processes start together', async () => {
    const databases = Array.from({ length: 4 }, newDatabase);
    await Promise.all(databases.map((database) => database.open(server.connection)));
    const ran: object[] = await databases[0]!.source.query(
      'SELECT name, count(*)::int FROM migrations GROUP BY 1',
    );
    expect(ran.length).toBeGreaterThan(0);
    for (const migration of ran) expect(migration).toMatchObject({ count: 1 });
  });

  it('may be tried again when it failed', async () => {
    const database = newDatabase();
    const nowhere = { ...server.connection, database: 'not_there' };
    await expect(database.open(nowhere)).rejects.toMatchObject({ code: '3D000' });
    expect(() => database.source).toThrow(DatabaseUnavailableError);
    await database.open(server.connection);
    expect(await database.source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('leaves no connection behind when a migration cannot be made', async () => {
    const first = newDatabase();
    await first.open(server.connection);
    await first.source.query('DELETE FROM migrations');
    await expect(newDatabase().open(server.connection)).rejects.toMatchObject({ code: '42P07' });
    // The server takes a moment to notice that a client is gone.
    await vi.waitFor(
      async () => {
        const backends: object[] = await first.source.query(
          'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        );
        expect(backends).toEqual([]);
      },
      { timeout: 20_000 },
    );
  });
});

describe('a database that is not open', () => {
  it('says so, before the opening and after the closing', async () => {
    const database = newDatabase();
    expect(() => database.source).toThrow(DatabaseUnavailableError);
    await expect(database.connect()).rejects.toThrow(DatabaseUnavailableError);
    await database.open(server.connection);
    await database.close();
    expect(() => database.source).toThrow(DatabaseUnavailableError);
    await database.close();
  });
});

describe('a transaction', () => {
  it('is committed as a whole, or not at all', async () => {
    const database = newDatabase();
    await database.open(server.connection);
    await database.source.query('CREATE TABLE notes (text text)');
    const failed = database.transaction(async (tx) => {
      await tx.query(`INSERT INTO notes VALUES ('lost')`);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(
      await database.transaction((tx) => tx.query(`INSERT INTO notes VALUES ('kept') RETURNING text`)),
    ).toEqual([{ text: 'kept' }]);
    expect(await database.source.query('SELECT text FROM notes')).toEqual([{ text: 'kept' }]);
  });

  it('that loses its connection between two statements fails as transient, and the next one works', async () => {
    const database = newDatabase();
    await database.open(server.connection);
    const lost = database.transaction(async (tx) => {
      const [{ pid }]: [{ pid: number }] = await tx.query('SELECT pg_backend_pid() AS pid');
      await database.source.query('SELECT pg_terminate_backend($1)', [pid]);
      await vi.waitFor(
        async () => {
          expect(await database.source.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).toEqual(
            [],
          );
        },
        { timeout: 20_000 },
      );
      await tx.query('SELECT 1');
    });
    const error: unknown = await lost.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(knownFailures().kindOf(error)).toBe('transient');
    expect(await database.transaction((tx) => tx.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });
});
