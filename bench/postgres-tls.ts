import { chown, copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import { onServer } from './database.js';
import type { OwnCertificate } from './own-certificate.js';

const LOOK_EVERY_MS = 20;
const TIMEOUT_MS = 10_000;

/** A PostgreSQL that can be told to take TLS, and its directory. */
export interface OwnDatabase {
  readonly connection: ConnectionSettings;
  readonly dataDirectory: string;
}

/**
 * Has PostgreSQL take connections by TLS while `work` is done, and not before and after: the program would take it wherever it
 * is offered. Connections in the clear go on all the same.
 */
export async function withDatabaseTls<T>(
  { connection, dataDirectory }: OwnDatabase,
  { cert, key }: OwnCertificate,
  work: () => Promise<T>,
): Promise<T> {
  const { uid, gid } = await stat(dataDirectory);
  for (const [from, name] of [
    [cert, 'server.crt'],
    [key, 'server.key'],
  ] as const) {
    const to = join(dataDirectory, name);
    await copyFile(from, to);
    // PostgreSQL takes no key that others may read, and may run as another user.
    await chown(to, uid, gid);
  }
  await setSsl(connection, 'on');
  try {
    return await work();
  } finally {
    await setSsl(connection, 'off');
  }
}

/** @throws Error when the server does not follow, as without a certificate that it can use */
async function setSsl(connection: ConnectionSettings, ssl: 'on' | 'off'): Promise<void> {
  await onServer(connection, async (client) => {
    await client.query(`ALTER SYSTEM SET ssl = ${ssl}`);
    await client.query('SELECT pg_reload_conf()');
  });
  const deadlineMs = Date.now() + TIMEOUT_MS;
  // A connection has what the server had when it was made.
  while ((await onServer(connection, readSsl)) !== ssl) {
    if (Date.now() > deadlineMs) throw new Error(`PostgreSQL does not turn ssl ${ssl}; its log says why`);
    await pause(LOOK_EVERY_MS);
  }
}

async function readSsl(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ ssl: string }>('SHOW ssl');
  return rows[0]!.ssl;
}

/** What is wrong where the program was told to take TLS: its connections to the client's database that are in the clear. */
export async function clearConnectionFaults(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ ssl: boolean }>(`
    SELECT ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`);
  const clear = rows.filter(({ ssl }) => !ssl).length;
  if (rows.length > 0 && clear === 0) return [];
  return [`${clear} of ${rows.length} connections to PostgreSQL are in the clear`];
}
