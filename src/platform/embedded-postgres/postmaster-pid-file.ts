import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { hasCode } from './system-errors.js';

/** A file without a pid is either being written this moment or what a power loss left; its age tells which. */
const UNFINISHED_FILE_MAX_AGE_MS = 3_000;

/** What a running server says of itself in `postmaster.pid` (PostgreSQL's `src/include/utils/pidfile.h`). */
export interface RunningServer {
  pid: number;
  /** undefined until the server has bound its port */
  port: number | undefined;
  status: 'starting' | 'ready' | 'stopping' | 'unknown';
  /** false when the system would not tell what the process is; then only a connection can */
  certain: boolean;
}

/**
 * The server that serves this cluster, or undefined when there is none. A file that names a process which is not
 * such a server, because the pid was given out again after a crash, is removed: PostgreSQL itself, seeing only
 * that the process lives, would refuse to start.
 */
export async function findRunningServer(clusterDirectory: string): Promise<RunningServer | undefined> {
  const path = join(clusterDirectory, 'postmaster.pid');
  const server = await readPidFile(path);
  if (server === undefined) return undefined;
  if (server === 'unfinished') {
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > UNFINISHED_FILE_MAX_AGE_MS) await rm(path, { force: true });
    return undefined;
  }
  // PostgreSQL recognises a dead pid by itself, and then also looks for its surviving children.
  if (!isAlive(server.pid)) return undefined;
  const serves = await servesCluster(server.pid, clusterDirectory);
  if (serves !== false) return { ...server, certain: serves === true };
  if (isAlive(server.pid)) await rm(path, { force: true });
  return undefined;
}

/**
 * Whether the server with this pid and port takes connections. The port tells its file from one that a crashed
 * server left: in a container both may have the same pid.
 */
export async function isReady(clusterDirectory: string, pid: number, port: number): Promise<boolean> {
  const server = await readPidFile(join(clusterDirectory, 'postmaster.pid'));
  return (
    typeof server === 'object' && server.pid === pid && server.port === port && server.status === 'ready'
  );
}

/** Whether a process has this pid, be it ours or not. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

async function readPidFile(path: string): Promise<Omit<RunningServer, 'certain'> | 'unfinished' | undefined> {
  let lines: string[];
  try {
    lines = (await readFile(path, 'utf8')).split('\n');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  // A server in single-user mode writes its pid negated.
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isSafeInteger(pid) || pid <= 0) return 'unfinished';
  const port = Number(lines[3]);
  const status = lines[7]?.trim();
  return {
    pid,
    port: port > 0 ? port : undefined,
    status: status === 'starting' || status === 'ready' || status === 'stopping' ? status : 'unknown',
  };
}

/** Whether the process is a postmaster of this cluster; undefined when the system does not tell. */
async function servesCluster(pid: number, clusterDirectory: string): Promise<boolean | undefined> {
  if (process.platform === 'linux') return servesClusterOnLinux(pid, clusterDirectory);
  if (process.platform === 'win32') return undefined;
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-p', String(pid), '-o', 'command=']);
    if (!stdout.includes('postgres')) return false;
    return stdout.includes(clusterDirectory) ? true : undefined;
  } catch {
    return undefined;
  }
}

async function servesClusterOnLinux(pid: number, clusterDirectory: string): Promise<boolean | undefined> {
  const cluster = await realpath(clusterDirectory);
  let command: string[];
  try {
    command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  } catch {
    return isAlive(pid) ? undefined : false;
  }
  if (basename(command[0] ?? '') !== 'postgres') return false;
  const argument = command[command.indexOf('-D') + 1] ?? '';
  if ((await realpath(argument).catch(() => undefined)) === cluster) return true;
  // Also true after the directory has been moved; a server that we may not look into leaves it open.
  const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return workingDirectory === undefined ? undefined : workingDirectory === cluster;
}
