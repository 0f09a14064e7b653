import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';

export interface TestDatabase {
  connection: ConnectionSettings;
  /** Drops the database, ending the connections that are still open to it. */
  drop(): Promise<void>;
}

/**
 * Makes an empty database that no other spec sees, in the server that `postgres.setup.ts` has started.
 *
 * @param options as CREATE DATABASE takes them, such as `ENCODING 'LATIN1' TEMPLATE template0`
 */
export async function createTestDatabase(options = ''): Promise<TestDatabase> {
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  await runOnServer(`create database ${database} ${options}`);
  return {
    connection: { ...inject('postgres'), database },
    drop: () => runOnServer(`drop database if exists ${database} with (force)`),
  };
}

/** As the server's superuser, in a database of nobody's. */
export async function runOnServer(statement: string): Promise<void> {
  const client = new Client(inject('postgres'));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
