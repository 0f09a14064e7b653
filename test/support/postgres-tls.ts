import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { eventually } from './eventually.js';

const run = promisify(execFile);

/**
 * Has a PostgreSQL on this machine take connections by TLS as well from now on, with a certificate of its own making
 * for the host name `postgres.test`. Who connects in the clear may go on so.
 *
 * @returns path of the certificate, which is its own root
 */
export async function enableTls(server: ConnectionSettings): Promise<string> {
  const client = new Client({ ...server, database: 'postgres' });
  await client.connect();
  try {
    const { rows } = await client.query<{ directory: string }>(
      `SELECT current_setting('data_directory') AS directory`,
    );
    const { directory } = rows[0]!;
    await writeCertificate(directory);
    for (const statement of ['ALTER SYSTEM SET ssl = on', 'SELECT pg_reload_conf()']) {
      await client.query(statement);
    }
    await eventually(() => {
      const tls = new Client({ ...server, database: 'postgres', ssl: { rejectUnauthorized: false } });
      return tls.connect().finally(() => tls.end());
    });
    return join(directory, 'server.crt');
  } finally {
    await client.end();
  }
}

/** Under the names that PostgreSQL looks for, readable to the server's user. */
async function writeCertificate(directory: string): Promise<void> {
  const made = await mkdtemp(join(tmpdir(), 'waybill-tls-'));
  const { uid, gid } = await stat(directory);
  const names = ['server.key', 'server.crt'];
  try {
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=postgres.test'],
      ...['-keyout', join(made, 'server.key'), '-out', join(made, 'server.crt')],
    ]);
    for (const name of names) {
      const path = join(made, name);
      await chmod(path, 0o600);
      if (process.getuid?.() === 0) await chown(path, uid, gid);
      await rename(path, join(directory, name));
    }
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}
