import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import { joinHostAndPort } from '../src/platform/host-and-port.js';

/** A database that a round has to itself. */
export interface BenchDatabase {
  readonly connection: ConnectionSettings;
  /** As DATABASE_URL takes it. */
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * @param template of the same server: what the new database is a copy of, file by file, so that its tables and indexes
 *   are as they have grown and not as they are when rebuilt. Nobody may be connected to it meanwhile.
 */
export async function createDatabase(
  server: ConnectionSettings,
  template?: BenchDatabase,
): Promise<BenchDatabase> {
  const database = `waybill_bench_${randomBytes(6).toString('hex')}`;
  const copied = template ? `TEMPLATE ${template.connection.database} STRATEGY FILE_COPY` : '';
  await onServer(server, async (client) => {
    await client.query(`CREATE DATABASE ${database} ${copied}`);
    // What the last round has left unwritten would otherwise be written on this round's time. It takes a right
    // that an account may lack; then there is more noise.
    await client.query('CHECKPOINT').catch(() => undefined);
  });
  const { user, password } = server;
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return {
    connection: { ...server, database },
    url: `postgres://${account}@${joinHostAndPort(server)}/${database}`,
    drop: () =>
      onServer(server, async (client) => {
        await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
      }),
  };
}

/** What of a server's settings decides how much a commit costs, beside its version. */
export async function describeServer(server: ConnectionSettings): Promise<string> {
  return onServer(server, async (client) => {
    const { rows } = await client.query<{
      version: string;
      fsync: string;
      synchronous: string;
      buffers: string;
    }>(`
      SELECT split_part(current_setting('server_version'), ' ', 1) AS version, current_setting('fsync') AS fsync,
             current_setting('synchronous_commit') AS synchronous, current_setting('shared_buffers') AS buffers`);
    const { version, fsync, synchronous, buffers } = rows[0]!;
    return `${version} (fsync ${fsync}, synchronous_commit ${synchronous}, shared_buffers ${buffers})`;
  });
}

/** Opens a connection for the work alone. */
export async function onServer<T>(
  connection: ConnectionSettings,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(connection);
  // A connection that is lost fails the query that waits on it; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
