import { chown, mkdir, open, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ClusterVersionMismatchError, EmbeddedPostgresUnavailableError } from './embedded-postgres.errors.js';
import { isAlive } from './postmaster-pid-file.js';
import type { ServerPrograms } from './server-programs.js';
import { hasCode } from './system-errors.js';

/** The superuser of the embedded cluster, and the name of the application's database in it. */
export const CLUSTER_USER = 'waybill';

/** Name of a cluster in the making: `<final name>.init-<pid of its maker>`. */
const STAGING_SUFFIX = '.init-';

/**
 * Makes sure that there is a cluster in `directory`, and that it is one of the programs' version.
 *
 * A new one is made in a sibling directory and moved into place when it is whole: a process killed half way leaves
 * a directory that the next start removes, never half a cluster.
 *
 * @throws ClusterVersionMismatchError, EmbeddedPostgresUnavailableError
 */
export async function ensureCluster(
  directory: string,
  programs: ServerPrograms,
  password: string,
  { sync }: { sync: boolean },
): Promise<{ created: boolean }> {
  await removeAbandonedStaging(directory);
  const binariesMajor = await programs.majorVersion();
  const clusterMajor = await readClusterVersion(directory);
  if (clusterMajor === undefined) {
    await createCluster(directory, programs, password, sync);
    return { created: true };
  }
  if (clusterMajor !== binariesMajor) {
    throw new ClusterVersionMismatchError(directory, clusterMajor, binariesMajor);
  }
  return { created: false };
}

/** Gives the superuser another password, in a cluster whose server is not running. */
export async function setPassword(
  directory: string,
  programs: ServerPrograms,
  password: string,
): Promise<void> {
  const statement = `alter role ${CLUSTER_USER} password '${password}'\n`;
  const { exitCode, output } = await programs.run(
    'postgres',
    ['--single', '-D', directory, 'template1'],
    statement,
  );
  if (exitCode !== 0 || output.includes('ERROR:')) {
    throw new EmbeddedPostgresUnavailableError(`a new password could not be set: ${output.trim()}.`);
  }
}

/** The major version of the cluster, or undefined where there is none yet. */
async function readClusterVersion(directory: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  try {
    // An empty directory, such as a fresh mount, holds nothing to lose.
    await rmdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new EmbeddedPostgresUnavailableError(
      `${directory} exists and is not a PostgreSQL cluster: it has no file PG_VERSION. Move it away, or give ` +
        `another DATA_DIR.`,
      { cause: error },
    );
  }
  return undefined;
}

async function createCluster(
  directory: string,
  programs: ServerPrograms,
  password: string,
  sync: boolean,
): Promise<void> {
  const staging = `${directory}${STAGING_SUFFIX}${process.pid}`;
  const passwordFile = join(staging, 'password');
  const cluster = join(staging, 'cluster');
  await mkdir(staging, { mode: 0o700 });
  try {
    // A copy for initdb: the server's user cannot read ours.
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (programs.account) {
      const { uid, gid } = programs.account;
      for (const path of [passwordFile, staging]) await chown(path, uid, gid);
    }
    const { exitCode, output } = await programs.run('initdb', [
      `--pgdata=${cluster}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
      ...(sync ? [] : ['--no-sync']),
    ]);
    if (exitCode !== 0) {
      throw new EmbeddedPostgresUnavailableError(`initdb failed in ${directory}: ${output.trim()}.`);
    }
    await moveIntoPlace(cluster, directory);
    if (sync) await syncDirectory(dirname(directory));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function moveIntoPlace(cluster: string, directory: string): Promise<void> {
  try {
    await rename(cluster, directory);
  } catch (error) {
    // Another process that started at the same time was first: its cluster is as good, and has the same password.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/** Without it a power loss could undo the move. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeAbandonedStaging(directory: string): Promise<void> {
  const prefix = basename(directory) + STAGING_SUFFIX;
  for (const name of await readdir(dirname(directory))) {
    if (!name.startsWith(prefix)) continue;
    const maker = Number(name.slice(prefix.length));
    // In a container every start may have the same pid, so our own pid means an earlier process.
    if (maker !== process.pid && isAlive(maker)) continue;
    // An initdb that outlived its killed parent may still be writing there.
    const leftover = join(dirname(directory), name);
    await rm(leftover, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
