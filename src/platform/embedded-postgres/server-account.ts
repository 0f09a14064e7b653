import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.js';
import { EmbeddedPostgresUnavailableError } from './embedded-postgres.errors.js';

/** The system user that the server runs as when this process is root: PostgreSQL refuses to run as root. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

/** What keeps an account from its files. `execute` needs a stronger capability than `search`. */
export interface Obstacle {
  path: string;
  kind: 'search' | 'execute';
}

const PREFERRED_USERS = ['postgres', '_postgres', 'nobody'];

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The account for a process that runs as root: the owner of the cluster when there is one already, so that a
 * cluster made by an ordinary user stays that user's; else a system user that exists, because initdb asks for
 * the name of the user it runs as.
 *
 * @throws EmbeddedPostgresUnavailableError when the system has no such user
 */
export async function chooseServerAccount(clusterDirectory: string): Promise<ServerAccount> {
  const owner = await stat(clusterDirectory).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };

  const passwd = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  for (const user of PREFERRED_USERS) {
    const [, , uid, gid] = passwd.find((line) => line.startsWith(`${user}:`))?.split(':') ?? [];
    if (/^[1-9]\d*$/.test(uid ?? '') && /^\d+$/.test(gid ?? ''))
      return { uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedPostgresUnavailableError(
    'PostgreSQL refuses to run as root, and there is neither a user "postgres" nor "nobody" to run it as. ' +
      'Run Waybill as an ordinary user.',
  );
}

/** Finds what would stop the account from running the programs or from reaching DATA_DIR, by the modes alone. */
export async function findObstacle(
  account: ServerAccount,
  binaries: PostgresBinaries,
  dataDir: string,
): Promise<Obstacle | undefined> {
  const allowed = async (path: string, bits: number) => {
    const { uid, gid, mode } = await stat(path);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    return ((mode >> shift) & bits) === bits;
  };
  const [native, dataRoot] = await Promise.all([realpath(binaries.nativeDirectory), realpath(dataDir)]);

  for (const program of ['initdb', 'postgres']) {
    const path = join(native, 'bin', program);
    if (!(await allowed(path, 0o5))) return { path, kind: 'execute' };
  }
  const directories = [
    join(native, 'bin'),
    join(native, 'lib'),
    join(native, 'share', 'postgresql'),
    dataRoot,
  ];
  for (const directory of new Set(directories.flatMap(withAncestors))) {
    if (!(await allowed(directory, 0o1))) return { path: directory, kind: 'search' };
  }
  // An installation under a strict umask leaves every file unreadable alike; one of them tells.
  const catalog = join(native, 'share', 'postgresql', 'postgres.bki');
  return (await allowed(catalog, 0o4)) ? undefined : { path: catalog, kind: 'search' };
}

function withAncestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...withAncestors(parent)];
}
