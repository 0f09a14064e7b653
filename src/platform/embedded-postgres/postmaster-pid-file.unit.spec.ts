import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findRunningServer, isAlive, isReady } from './postmaster-pid-file.js';

let cluster: string;
let path: string;

beforeEach(async () => {
  cluster = await mkdtemp(join(tmpdir(), 'waybill-cluster-'));
  path = join(cluster, 'postmaster.pid');
});

afterEach(() => rm(cluster, { recursive: true }));

const write = (pid: number, port: number, status: string) =>
  writeFile(
    path,
    [pid, cluster, 1_700_000_000, port, '', '127.0.0.1', '  1 1', status.padEnd(8), ''].join('\n'),
  );

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid!;
}

it('finds no server where there is no file', async () => {
  expect(await findRunningServer(cluster)).toBeUndefined();
});

it('leaves the file of a dead server to PostgreSQL, which also looks for its children', async () => {
  await write(await deadPid(), 5432, 'ready');

  expect(await findRunningServer(cluster)).toBeUndefined();
  expect(await isThere(path)).toBe(true);
});

it.skipIf(process.platform === 'win32')('removes a file whose pid another program has now', async () => {
  await write(process.pid, 5432, 'ready');

  expect(await findRunningServer(cluster)).toBeUndefined();
  expect(await isThere(path)).toBe(false);
});

it('waits for an empty file that was just made, and removes an old one', async () => {
  await writeFile(path, '');
  expect(await findRunningServer(cluster)).toBeUndefined();
  expect(await isThere(path)).toBe(true);

  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(path, aMinuteAgo, aMinuteAgo);
  expect(await findRunningServer(cluster)).toBeUndefined();
  expect(await isThere(path)).toBe(false);
});

it('takes a server for ready when pid, port and status say so', async () => {
  await write(4711, 5432, 'ready');
  expect(await isReady(cluster, 4711, 5432)).toBe(true);
  expect(await isReady(cluster, 4711, 5433)).toBe(false);
  expect(await isReady(cluster, 4712, 5432)).toBe(false);

  await write(4711, 5432, 'starting');
  expect(await isReady(cluster, 4711, 5432)).toBe(false);
});

it('knows living from dead and impossible pids', async () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(await deadPid())).toBe(false);
  expect(isAlive(Number.NaN)).toBe(false);
  expect(isAlive(0)).toBe(false);
});
