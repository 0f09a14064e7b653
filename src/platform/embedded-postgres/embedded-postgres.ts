import { mkdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { locateBinaries } from './binaries.js';
import { CLUSTER_USER, ensureCluster, setPassword } from './cluster.js';
import type { ConnectionSettings } from '../database/connection-settings.js';
import { DataDirInUseError, EmbeddedPostgresUnavailableError } from './embedded-postgres.errors.js';
import { OwnerLock } from './owner-lock.js';
import { keepPassword } from './password-file.js';
import { Postmaster, PostmasterStartError, type PostmasterOptions } from './postmaster.js';
import { chooseServerAccount, runsAsRoot } from './server-account.js';
import { ServerLog } from './server-log.js';
import { ServerPrograms } from './server-programs.js';
import { chooseSettings } from './server-settings.js';
import { SupervisedPostmaster } from './supervised-postmaster.js';
import { hasCode, messageOf } from './system-errors.js';
import { endAbandonedServer } from './take-over.js';

export const HOST = '127.0.0.1';
export const DATABASE = 'waybill';

const START_ATTEMPTS = 10;
const START_RETRY_MS = 200;
/** A server of ours that came up may briefly have its lock looked at, and so taken, by a process starting with us. */
const LOCK_TIMEOUT_MS = 5_000;
const LOCK_POLL_MS = 50;

export interface EmbeddedPostgresOptions {
  /** DATA_DIR, made if absent; the cluster lives in `<dataDir>/postgres` */
  dataDir: string;
  log: (message: string, fields?: Record<string, unknown>) => void;
  /** further server settings, which win over ours, such as `{ fsync: 'off' }` for tests */
  settings?: Record<string, string>;
  /** a directory with PostgreSQL's bin/, lib/ and share/, instead of the one that was installed with us */
  nativeDirectory?: string;
}

export interface EmbeddedPostgres {
  readonly connection: ConnectionSettings;
  /** the cluster's directory */
  readonly dataDirectory: string;
  /** Shuts the server down and waits until it is gone. May be called more than once. */
  stop(): Promise<void>;
}

/** A second start in this process would otherwise take its own pid for that of a dead one. */
const usedHere = new Set<string>();

/**
 * Starts PostgreSQL on a cluster of our own, on the loopback interface and a free port, and keeps it running until
 * `stop`. The first start creates the cluster and the database `waybill`.
 *
 * A process that ends without `stop` leaves the server running; the next start on the same DATA_DIR ends it and
 * starts anew. Nothing that was committed is lost.
 *
 * Processes are told apart by what the system shows of them, so DATA_DIR must not be shared between containers.
 *
 * @throws DataDirInUseError when another process uses this DATA_DIR
 * @throws EmbeddedPostgresUnavailableError when the server cannot run here
 * @throws ClusterVersionMismatchError when the cluster is of another major version
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await makeDataDir(options.dataDir);
  if (usedHere.has(dataDir)) throw new DataDirInUseError(dataDir, process.pid);
  usedHere.add(dataDir);
  try {
    const { stop, ...server } = await start(dataDir, options);
    return { ...server, stop: () => stop().finally(() => usedHere.delete(dataDir)) };
  } catch (error) {
    usedHere.delete(dataDir);
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
    throw new EmbeddedPostgresUnavailableError(
      `DATA_DIR ${dataDir} holds what belongs to another user, probably since a start as root ` +
        `(${messageOf(error)}). Start as that user or as root, or give another DATA_DIR.`,
      { cause: error },
    );
  }
}

async function start(dataDir: string, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, nativeDirectory } = options;
  const clusterDirectory = join(dataDir, 'postgres');

  const binaries = await locateBinaries(dataDir, nativeDirectory && resolve(nativeDirectory));
  const account = runsAsRoot() ? await chooseServerAccount(clusterDirectory) : undefined;
  const programs = await ServerPrograms.prepare(binaries, dataDir, account);
  const { password, isNew } = await keepPassword(join(dataDir, 'postgres.password'));
  const sync = options.settings?.fsync !== 'off';
  const { created } = await ensureCluster(clusterDirectory, programs, password, { sync });
  const settings = await chooseSettings(programs, clusterDirectory, options.settings);

  const serverLog = await ServerLog.open(join(dataDir, 'postgres.log'));
  try {
    const connection = { host: HOST, port: 0, user: CLUSTER_USER, password, database: DATABASE };
    const takeOver = () => endAbandonedServer({ dataDir, clusterDirectory, programs, connection, log });
    if (isNew && !created) {
      await takeOver();
      await setPassword(clusterDirectory, programs, password);
      log('the password of the embedded PostgreSQL was lost and has been set anew', { dataDir });
    }
    const { postmaster, launched } = await launch(
      { programs, clusterDirectory, settings, serverLog },
      takeOver,
    );
    connection.port = launched.port;
    const lock = await own(postmaster, dataDir, connection, log);
    const supervised = new SupervisedPostmaster(postmaster, launched, log);
    return {
      connection,
      dataDirectory: clusterDirectory,
      async stop() {
        // Held until the server is gone: nobody may take a stopping server for an abandoned one.
        lock.keepNoLonger();
        await supervised.stop();
        await lock.release();
        await serverLog.close();
      },
    };
  } catch (error) {
    await serverLog.close();
    throw error;
  }
}

async function makeDataDir(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    await mkdir(absolute, { recursive: true });
    return await realpath(absolute);
  } catch (error) {
    throw new EmbeddedPostgresUnavailableError(`DATA_DIR ${absolute} cannot be made (${messageOf(error)}).`, {
      cause: error,
    });
  }
}

/** Starts a server, after ending one that was left running, and again where others interfere. */
async function launch(
  options: Omit<PostmasterOptions, 'port'>,
  takeOver: () => Promise<void>,
): Promise<{ postmaster: Postmaster; launched: PostmasterOptions }> {
  for (let attempt = 1; ; attempt++) {
    await takeOver();
    const launched = { ...options, port: await findFreePort() };
    const postmaster = await Postmaster.launch(launched);
    try {
      await postmaster.ready();
      return { postmaster, launched };
    } catch (error) {
      if (
        !(error instanceof PostmasterStartError) ||
        error.failure === 'other' ||
        attempt === START_ATTEMPTS
      ) {
        throw error;
      }
    }
    await pause(START_RETRY_MS);
  }
}

/** A port that is free now; another program may still be faster, and the start is then tried with another one. */
function findFreePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, HOST, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => found(port));
    });
  });
}

/** Takes the lock of a server that we have just started; ends the server when that fails. */
async function own(
  postmaster: Postmaster,
  dataDir: string,
  connection: ConnectionSettings,
  log: EmbeddedPostgresOptions['log'],
): Promise<OwnerLock> {
  try {
    const lock = await connectToOwn(dataDir, connection, log);
    for (const deadline = Date.now() + LOCK_TIMEOUT_MS; !(await lock.tryTake()); await pause(LOCK_POLL_MS)) {
      if (Date.now() > deadline) throw new DataDirInUseError(dataDir, (await lock.ownership()).holderPid);
    }
    await lock.ensureDatabase(DATABASE);
    lock.hold();
    return lock;
  } catch (error) {
    await postmaster.stop();
    throw error;
  }
}

async function connectToOwn(
  dataDir: string,
  connection: ConnectionSettings,
  log: EmbeddedPostgresOptions['log'],
): Promise<OwnerLock> {
  try {
    return await OwnerLock.connect(connection, log);
  } catch (error) {
    if (!hasCode(error, '28P01')) throw error;
    throw new EmbeddedPostgresUnavailableError(
      `the cluster does not accept the password in ${dataDir}/postgres.password. Remove that file to have a ` +
        `new password set.`,
      { cause: error },
    );
  }
}
