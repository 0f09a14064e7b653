import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ServerLog } from './server-log.js';

const OVER_LIMIT = 10 * 1024 * 1024 + 1;

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-log-'));
  path = join(directory, 'postgres.log');
});

afterEach(() => rm(directory, { recursive: true }));

it('goes on with a log that is still short, and keeps it to its owner', async () => {
  await writeFile(path, 'before\n', { mode: 0o600 });
  const log = await ServerLog.open(path);
  await appendFile(path, 'after\n');
  await log.close();

  expect(await readFile(path, 'utf8')).toBe('before\nafter\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('puts a log of more than 10 MiB aside, at the start and while the server runs', async () => {
  await writeFile(path, Buffer.alloc(OVER_LIMIT, 'a'));
  const log = await ServerLog.open(path);
  expect((await stat(path)).size).toBe(0);
  expect((await stat(`${path}.1`)).size).toBe(OVER_LIMIT);

  await appendFile(path, Buffer.alloc(OVER_LIMIT, 'b'));
  await log.rotate();
  await appendFile(path, 'and on');
  await log.close();
  expect(await readFile(path, 'utf8')).toBe('and on');
  expect((await readFile(`${path}.1`, 'latin1')).startsWith('bbb')).toBe(true);
});

it('tells what was logged since a moment', async () => {
  const log = await ServerLog.open(path);
  await appendFile(path, 'of an earlier start\n');
  const position = await log.position();
  await appendFile(path, 'FATAL:  of this one\n');

  expect(await log.since(position)).toBe('FATAL:  of this one\n');
  await log.close();
});
