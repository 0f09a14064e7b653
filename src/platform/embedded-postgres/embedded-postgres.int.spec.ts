import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyCluster } from '../../../test/support/cluster-template.js';
import { locateBinaries } from './binaries.js';
import type { ConnectionSettings } from '../database/connection-settings.js';
import { ClusterVersionMismatchError, DataDirInUseError } from './embedded-postgres.errors.js';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';
import { findRunningServer } from './postmaster-pid-file.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const WAIT = { timeout: 20_000, interval: 25 };

let home: string;
let dataDir: string;
const running: EmbeddedPostgres[] = [];
const owners: ChildProcess[] = [];

beforeEach(async () => {
  // Made with mode 0700: as root, nothing in it can be reached by the user that the server runs as.
  home = await mkdtemp(join(tmpdir(), 'waybill-embedded-'));
  dataDir = join(home, 'data');
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  for (const owner of owners.splice(0)) await kill(owner);
  const left = await findRunningServer(join(dataDir, 'postgres')).catch(() => undefined);
  if (left) process.kill(left.pid, 'SIGQUIT');
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined, ...options });
  running.push(server);
  return server;
}

/** What is not about the making of a cluster finds one in its DATA_DIR. */
async function haveCluster(): Promise<void> {
  await mkdir(dataDir);
  await copyCluster(dataDir);
}

/** Runs an owner in a process of its own, to be killed. Resolves when its server is up. */
async function startOwner(options: { uid?: number; nativeDirectory?: string } = {}) {
  const owner = spawnOwner(options);
  const lines = createInterface({ input: owner.stdout! });
  const errors: Buffer[] = [];
  owner.stderr!.on('data', (chunk: Buffer) => errors.push(chunk));
  const [line] = (await Promise.race([once(lines, 'line'), once(owner, 'close')])) as [unknown];
  if (typeof line !== 'string') throw new Error(Buffer.concat(errors).toString('utf8'));
  return { owner, connection: JSON.parse(line) as ConnectionSettings };
}

function spawnOwner({ uid, nativeDirectory }: { uid?: number; nativeDirectory?: string } = {}): ChildProcess {
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(import.meta.resolve('./embedded-postgres.ts'))});
    const [, dataDir, nativeDirectory] = process.argv;
    const server = await startEmbeddedPostgres({ dataDir, nativeDirectory, log: () => undefined });
    console.log(JSON.stringify(server.connection));
    setInterval(() => undefined, 60_000);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program, dataDir];
  const owner = spawn(process.execPath, nativeDirectory ? [...args, nativeDirectory] : args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  owners.push(owner);
  return owner;
}

async function kill(owner: ChildProcess): Promise<void> {
  if (owner.exitCode !== null || owner.signalCode !== null) return;
  owner.kill('SIGKILL');
  await once(owner, 'exit');
}

async function query<T extends Record<string, unknown>>(
  connection: ConnectionSettings,
  sql: string,
): Promise<T[]> {
  const client = new Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

const note = (connection: ConnectionSettings, text: string) =>
  query(connection, `create table if not exists notes (text text); insert into notes values ('${text}')`);

const notes = async (connection: ConnectionSettings) =>
  (await query<{ text: string }>(connection, 'select text from notes order by text')).map((row) => row.text);

/** A copy of the installed programs without the links that a step after the installation would have made. */
async function copyBinaries(directory: string): Promise<string> {
  const { nativeDirectory } = await locateBinaries(home);
  const copy = join(directory, 'native');
  await cp(nativeDirectory, copy, {
    recursive: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  });
  return copy;
}

describe('an embedded PostgreSQL', () => {
  it('serves a UTF-8 database on the loopback interface alone, to those who know the password', async () => {
    const { connection } = await start();

    const [row] = await query(
      connection,
      `select current_database() as database, current_user as user, version() like 'PostgreSQL 18.%' as version,
              current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
              current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone,
              current_setting('fsync') as fsync, current_setting('max_connections') as connections,
              (select datcollate from pg_database where datname = current_database()) as locale`,
    );
    expect(row).toEqual({
      database: 'waybill',
      user: 'waybill',
      version: true,
      listen: '127.0.0.1',
      sockets: '',
      encoding: 'UTF8',
      zone: 'UTC',
      fsync: 'on',
      connections: '60',
      locale: 'C',
    });
    await expect(query({ ...connection, password: 'wrong' }, 'select 1')).rejects.toThrow(
      /password authentication/,
    );
  });

  it('keeps its password to its owner and out of every command line', async () => {
    const { connection } = await start();
    const path = join(dataDir, 'postgres.password');

    expect(await readFile(path, 'utf8')).toBe(connection.password);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).not.toContain(connection.password);
    const server = await findRunningServer(join(dataDir, 'postgres'));
    const files = process.platform === 'linux' ? ['cmdline', 'environ'] : [];
    for (const file of files) {
      expect(await readFile(`/proc/${server?.pid}/${file}`, 'utf8')).not.toContain(connection.password);
    }
  });

  it('keeps its data over a restart, and is gone after stop', async () => {
    await haveCluster();
    const first = await start();
    await note(first.connection, 'kept');
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    const probe = connect(first.connection.port, first.connection.host);
    const [refused] = (await once(probe, 'error').catch((error: unknown) => [error])) as [
      NodeJS.ErrnoException,
    ];
    expect(refused.code).toBe('ECONNREFUSED');

    const second = await start();
    expect(await notes(second.connection)).toEqual(['kept']);
  });

  it('works from a relative path with spaces and quotes', async () => {
    dataDir = join(home, `a 'path' with "spaces"`, 'data dir');
    const { connection, dataDirectory } = await start({ dataDir: relative(process.cwd(), dataDir) });

    await note(connection, 'there');
    expect(dataDirectory).toBe(join(dataDir, 'postgres'));
  });

  it('takes the settings that it is given', async () => {
    const { connection } = await start({ settings: { fsync: 'off', max_connections: '20' } });

    const [row] = await query(
      connection,
      `select current_setting('fsync') as fsync, current_setting('max_connections') as connections`,
    );
    expect(row).toEqual({ fsync: 'off', connections: '20' });
  });

  it('starts again on the same port when the server dies, and stays its owner', async () => {
    await haveCluster();
    const { connection } = await start();
    await note(connection, 'committed');
    const before = await findRunningServer(join(dataDir, 'postgres'));
    process.kill(before!.pid, 'SIGKILL');

    await vi.waitFor(async () => expect(await notes(connection)).toEqual(['committed']), WAIT);
    const after = await findRunningServer(join(dataDir, 'postgres'));
    expect(after?.pid).not.toBe(before?.pid);
    await vi.waitFor(async () => expect(await lockHolders(connection)).toBe(1), WAIT);
  });

  it('takes its lock again when that connection is ended', async () => {
    await haveCluster();
    const { connection } = await start();
    const [ended] = await query<{ pid: number }>(
      connection,
      `select pid, pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`,
    );
    expect(ended).toBeDefined();

    await vi.waitFor(async () => {
      const holders = await query<{ pid: number }>(
        connection,
        `select pid from pg_locks where locktype = 'advisory'`,
      );
      expect(holders).toHaveLength(1);
      expect(holders[0]?.pid).not.toBe(ended?.pid);
    }, WAIT);
  });
});

const lockHolders = async (connection: ConnectionSettings) =>
  (await query(connection, `select pid from pg_locks where locktype = 'advisory'`)).length;

describe('a DATA_DIR that was used before', () => {
  it('is refused while another process uses it, by name and pid, and goes on serving that one', async () => {
    await haveCluster();
    const { owner, connection } = await startOwner();

    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataDirInUseError);
    expect((refusal as Error).message).toContain(dataDir);
    expect((refusal as DataDirInUseError).ownerPid).toBe(owner.pid);
    await note(connection, 'still served');
  });

  it('is refused to a second start in the same process', async () => {
    await haveCluster();
    await start();
    await expect(start()).rejects.toThrow(DataDirInUseError);
  });

  it('is taken over from a process that was killed, with all that was committed', async () => {
    await haveCluster();
    const { owner, connection } = await startOwner();
    await note(connection, 'committed');
    const pending = new Client(connection);
    pending.on('error', () => undefined);
    await pending.connect();
    await pending.query(`begin; insert into notes values ('pending')`);
    await kill(owner);

    const server = await start();
    expect(await notes(server.connection)).toEqual(['committed']);
    expect(server.connection.password).toBe(connection.password);
    await pending.end().catch(() => undefined);
  });

  it('starts after a power loss, even when the old pid belongs to another program now', async () => {
    await haveCluster();
    const before = await start();
    await note(before.connection, 'kept');
    await before.stop();
    // Of the user that the server runs as: PostgreSQL itself sees that another user's process is not its own.
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore', cwd: '/', ...(isRoot ? { uid, gid } : {}) });
    owners.push(bystander);
    await once(bystander, 'spawn');
    const lines = `${bystander.pid}\n${dataDir}/postgres\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready   \n`;
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), lines);

    const after = await start();
    expect(await notes(after.connection)).toEqual(['kept']);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  });

  it('is made anew when its first start was killed half way', async () => {
    const owner = spawnOwner();
    const unfinished = async () => {
      const names = await readdir(dataDir).catch(() => []);
      const staging = names.find((name) => name.startsWith('postgres.init-'));
      expect(staging && (await readdir(join(dataDir, staging, 'cluster')))).toContain('base');
    };
    await vi.waitFor(unfinished, { timeout: 20_000, interval: 5 });
    await kill(owner);

    const { connection } = await start();
    await note(connection, 'made');
    expect((await readdir(dataDir)).filter((name) => name.includes('init'))).toEqual([]);
  });

  it('is given a new password when the old one is lost', async () => {
    await haveCluster();
    const before = await start();
    await note(before.connection, 'kept');
    await before.stop();
    await rm(join(dataDir, 'postgres.password'));

    const after = await start();
    expect(after.connection.password).not.toBe(before.connection.password);
    expect(await notes(after.connection)).toEqual(['kept']);
  });

  it('is refused when another major version of PostgreSQL made it', async () => {
    await mkdir(join(dataDir, 'postgres'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');

    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ClusterVersionMismatchError);
    expect(refusal).toMatchObject({ clusterMajor: '17', binariesMajor: '18' });
  });

  it('is left alone when it holds something else', async () => {
    await mkdir(join(dataDir, 'postgres'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'precious'), 'mine');

    await expect(start()).rejects.toThrow(/not a PostgreSQL cluster/);
    expect(await readFile(join(dataDir, 'postgres', 'precious'), 'utf8')).toBe('mine');
  });
});

describe('an installation', () => {
  it('without library links and execute bits is mended', async () => {
    const nativeDirectory = await copyBinaries(home);
    for (const program of await readdir(join(nativeDirectory, 'bin'))) {
      await chmod(join(nativeDirectory, 'bin', program), 0o644);
    }

    const { connection } = await start({ nativeDirectory });
    await note(connection, 'works');
  });

  it.skipIf(!isRoot)(
    'that an ordinary user may only read is completed under DATA_DIR [needs root]',
    async () => {
      await chmod(home, 0o755);
      const nativeDirectory = await copyBinaries(home);
      await mkdir(dataDir);
      await chown(dataDir, NOBODY, NOBODY);

      const { connection } = await startOwner({ uid: NOBODY, nativeDirectory });
      await note(connection, 'works');
      expect(await readdir(join(dataDir, 'lib'))).toContain('libpq.so.5');
      expect((await stat(join(dataDir, 'postgres'))).uid).toBe(NOBODY);
    },
  );

  it.skipIf(!isRoot)(
    'and a DATA_DIR under a home that only root may enter serve root [needs root]',
    async () => {
      const nativeDirectory = await copyBinaries(home);
      const { connection } = await start({ nativeDirectory });

      await note(connection, 'works');
      await query(connection, 'checkpoint');
      await query(connection, 'create database another');
      expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0);
      expect((await stat(home)).mode & 0o777).toBe(0o700);
      expect((await stat(dirname(nativeDirectory))).mode & 0o777).toBe(0o700);
    },
  );

  it.skipIf(!isRoot)(
    'that every user may reach serves root without any capability [needs root]',
    async () => {
      await chmod(home, 0o755);
      const { connection } = await start();

      await note(connection, 'works');
      const server = await findRunningServer(join(dataDir, 'postgres'));
      const status = await readFile(`/proc/${server?.pid}/status`, 'utf8');
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).not.toMatch(/^Uid:\t0/m);
    },
  );
});
