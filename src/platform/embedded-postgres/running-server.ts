import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLUSTER_USER } from './cluster.js';
import type { ConnectionSettings } from '../database/connection-settings.js';
import { DATABASE, HOST } from './embedded-postgres.js';
import { findRunningServer } from './postmaster-pid-file.js';
import { hasCode } from './system-errors.js';

/** How to reach the embedded server that another process runs on a DATA_DIR; undefined while none takes connections. */
export async function findRunningEmbeddedPostgres(dataDir: string): Promise<ConnectionSettings | undefined> {
  const server = await findRunningServer(join(dataDir, 'postgres'));
  if (server?.port === undefined || server.status !== 'ready') return undefined;
  try {
    const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
    return { host: HOST, port: server.port, user: CLUSTER_USER, password, database: DATABASE };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
