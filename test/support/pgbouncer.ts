import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { freePorts } from '../../scripts/free-ports.js';
import { startLeashed } from '../../scripts/leashed-process.js';
import { eventually } from './eventually.js';

export interface PgBouncer {
  /** The same database, reached through it. */
  connection: ConnectionSettings;
  stop(): Promise<void>;
}

/** PgBouncer does not run as root. */
const UNPRIVILEGED_USER = 'nobody';
const GRACE_MS = 2_000;

/**
 * Starts Debian's PgBouncer in front of a database, with its defaults but for what is given.
 *
 * @param settings lines of its `[pgbouncer]` section, such as `pool_mode = transaction`
 * @throws Error with what it printed, when it does not come up
 */
export async function startPgBouncer(
  connection: ConnectionSettings,
  settings: readonly string[] = [],
): Promise<PgBouncer> {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-pgbouncer-'));
  const [port] = await freePorts(0);
  const users = join(directory, 'users.txt');
  const file = join(directory, 'pgbouncer.ini');
  await writeFile(users, `"${connection.user}" "${connection.password}"\n`);
  await writeFile(
    file,
    [
      '[databases]',
      `* = host=${connection.host} port=${connection.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      `auth_file = ${users}`,
      ...settings,
      '',
    ].join('\n'),
  );
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chmod(directory, 0o755);
  const server = startLeashed(['pgbouncer', ...(isRoot ? ['-u', UNPRIVILEGED_USER] : []), file], {
    cwd: tmpdir(),
    graceMs: GRACE_MS,
    removeAfter: directory,
  });
  const through = { ...connection, host: '127.0.0.1', port };
  try {
    await eventually(() => requireAnswer(through));
  } catch (error) {
    await server.stop();
    throw new Error(`PgBouncer did not start: ${server.lastOutput()}`, { cause: error });
  }
  return { connection: through, stop: () => server.stop() };
}

async function requireAnswer(connection: ConnectionSettings): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}
