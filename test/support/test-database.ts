import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { ConnectionSettings } from '../../src/platform/database/embedded/connection-settings.js';

export interface TestDatabase {
  connection: ConnectionSettings;
  /** Drops the database, ending the connections that are still open to it. */
  drop(): Promise<void>;
}

/** Makes an empty database that no other spec sees, in the server that `postgres.setup.ts` has started. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgres');
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  await runOnServer(server, `create database ${database}`);
  return {
    connection: { ...server, database },
    drop: () => runOnServer(server, `drop database if exists ${database} with (force)`),
  };
}

async function runOnServer(server: ConnectionSettings, statement: string): Promise<void> {
  const client = new Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
