import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionSettings } from '../database/connection-settings.js';
import { DataDirInUseError, EmbeddedPostgresUnavailableError } from './embedded-postgres.errors.js';
import { OwnerLock } from './owner-lock.js';
import { signalServer } from './postmaster.js';
import { findRunningServer, isAlive, type RunningServer } from './postmaster-pid-file.js';
import type { ServerPrograms } from './server-programs.js';
import { hasCode, messageOf } from './system-errors.js';

const POLL_MS = 50;
/** How long a running server may refuse connections (starting, recovering, stopping) before we give up. */
const ANSWER_TIMEOUT_MS = 60_000;
/** After its owner was killed, the server needs a moment to notice that the lock's connection is gone. */
const DEAD_OWNER_GRACE_MS = 3_000;
/** A process that has just started the server needs a moment to take the lock. */
const STARTER_GRACE_MS = 10_000;
const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

export interface TakeOverOptions {
  dataDir: string;
  clusterDirectory: string;
  programs: ServerPrograms;
  /** as the owner reaches it; host and port are the running server's own */
  connection: ConnectionSettings;
  log: (message: string, fields?: Record<string, unknown>) => void;
}

/**
 * Ends a server that its owner left running, so that a new one can be started with our settings and as our child.
 * Does nothing where none runs. It is ended only with the owner's lock in our hands.
 *
 * @throws DataDirInUseError when the server has an owner
 * @throws EmbeddedPostgresUnavailableError when it cannot be ended
 */
export async function endAbandonedServer(options: TakeOverOptions): Promise<void> {
  const began = Date.now();
  for (;;) {
    const server = await findRunningServer(options.clusterDirectory);
    if (server === undefined) return;
    const waitedMs = Date.now() - began;
    const lock = await connect(server, options, waitedMs);
    if (lock) {
      try {
        if (await isAbandoned(lock, options, waitedMs)) return await endServer(server, options);
      } catch (error) {
        // The server is going down under the connection: look again.
        if (!isConnectionLoss(error)) throw error;
      } finally {
        await lock.release();
      }
    }
    await pause(POLL_MS);
  }
}

async function connect(
  server: RunningServer,
  { dataDir, clusterDirectory, connection, log }: TakeOverOptions,
  waitedMs: number,
): Promise<OwnerLock | undefined> {
  let reason = `it is ${server.status}`;
  if (server.port !== undefined) {
    try {
      return await OwnerLock.connect({ ...connection, host: '127.0.0.1', port: server.port }, log);
    } catch (error) {
      if (hasCode(error, '28P01', '28000')) {
        throw new EmbeddedPostgresUnavailableError(
          `a server (pid ${server.pid}) runs on ${clusterDirectory} and does not accept the password in ` +
            `${dataDir}/postgres.password. End it.`,
          { cause: error },
        );
      }
      reason = messageOf(error);
    }
  }
  if (waitedMs < ANSWER_TIMEOUT_MS) return undefined;
  throw new EmbeddedPostgresUnavailableError(
    server.certain
      ? `a server (pid ${server.pid}) runs on ${clusterDirectory} and does not answer (${reason}). End it.`
      : `${clusterDirectory}/postmaster.pid names process ${server.pid}, which does not answer (${reason}). If it ` +
          `is not PostgreSQL, remove that file.`,
  );
}

/** Takes the lock if nobody has a claim to the server; false means that it is too early to say. */
async function isAbandoned(
  lock: OwnerLock,
  { dataDir }: TakeOverOptions,
  waitedMs: number,
): Promise<boolean> {
  const { held, holderPid, starterPid } = await lock.ownership();
  if (held) {
    const mayBeDead = holderPid === undefined || !isAlive(holderPid);
    if (mayBeDead && waitedMs < DEAD_OWNER_GRACE_MS) return false;
    throw new DataDirInUseError(dataDir, holderPid);
  }
  const starterLives = starterPid !== undefined && starterPid !== process.pid && isAlive(starterPid);
  if (starterLives && waitedMs < STARTER_GRACE_MS) return false;
  return lock.tryTake();
}

async function endServer(
  server: RunningServer,
  { clusterDirectory, programs, log }: TakeOverOptions,
): Promise<void> {
  log('ending an embedded PostgreSQL that was left running', { pid: server.pid });
  try {
    await signalServer(server.pid, 'SIGINT', programs);
    if (await hasEnded(server, clusterDirectory, FAST_SHUTDOWN_MS)) return;
    await signalServer(server.pid, 'SIGQUIT', programs);
    if (await hasEnded(server, clusterDirectory, IMMEDIATE_SHUTDOWN_MS)) return;
  } catch (error) {
    if (!hasCode(error, 'EPERM')) throw error;
    throw new EmbeddedPostgresUnavailableError(
      `a server (pid ${server.pid}) was left running on ${clusterDirectory} by another user. End it, or start as ` +
        `that user.`,
      { cause: error },
    );
  }
  throw new EmbeddedPostgresUnavailableError(`the server with pid ${server.pid} does not end. End it.`);
}

async function hasEnded(server: RunningServer, clusterDirectory: string, limitMs: number): Promise<boolean> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await pause(POLL_MS)) {
    if ((await findRunningServer(clusterDirectory))?.pid !== server.pid) return true;
  }
  return false;
}

function isConnectionLoss(error: unknown): boolean {
  // 57P01 to 57P03: the server shuts down; 08…: the connection is gone.
  return (
    hasCode(error, '57P01', '57P02', '57P03', '08003', '08006', 'ECONNRESET', 'EPIPE') ||
    /Connection terminated|not queryable/.test(messageOf(error))
  );
}
