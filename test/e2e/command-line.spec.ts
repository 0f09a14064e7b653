import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { anOrder, store } from './api.js';
import { watch } from './event-stream.js';
import {
  runWaybill,
  startWaybill,
  temporaryDataDir,
  type WaybillProcess,
} from '../support/waybill-process.js';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '..', '..');

/** sysexits.h */
const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;

interface Outcome {
  code: unknown;
  stdout: string;
  stderr: string;
}

/** What becomes of a command that is expected to fail. */
function failureOf(command: Promise<{ stdout: string; stderr: string }>): Promise<Outcome> {
  return command.then(
    (outcome) => ({ code: 0, ...outcome }),
    (error: unknown) => error as Outcome,
  );
}

describe('the command line', () => {
  it('names the word that it does not understand, and shows how it is used', async () => {
    const { code, stdout, stderr } = await runWaybill({ command: ['serv'] });
    expect(code).toBe(EX_USAGE);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^waybill: "serv" is no command\n\nusage: /);
    for (const command of ['serve', 'migrate', 'reset-database', 'dead-letters', 'version'])
      expect(stderr).toContain(command);
    const after = await runWaybill({ command: ['migrate', '--fast'] });
    expect(after.code).toBe(EX_USAGE);
    expect(after.stderr).toMatch(/^waybill: "--fast" after migrate is not understood\n/);
  });

  it('deletes nothing without --yes', async () => {
    const { code, stderr } = await runWaybill({ command: ['reset-database'] });
    expect(code).toBe(EX_USAGE);
    expect(stderr).toContain('expected --yes');
  });

  it.each(['version', '--version'])('tells by %s which version it is', async (word) => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await runWaybill({ command: [word] })).toMatchObject({
      ...{ code: 0, stdout: `waybill ${version}\n`, stderr: '' },
    });
  });

  it.each(['help', '--help'])('shows by %s how it is used, as what was asked for', async (word) => {
    const { code, stdout, stderr } = await runWaybill({ command: [word] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^usage: /);
  });

  it.each([
    ['dead-letters', 'list'],
    ['dead-letters', 'replay', '--all'],
    ['reset-database', '--yes'],
  ])('%s %s makes no database where there is none, and says where it looked', async (...command) => {
    const dataDir = await temporaryDataDir();
    try {
      const elsewhere = join(dataDir, 'elsewhere');
      const { code, stdout, stderr } = await runWaybill({ dataDir, command, env: { DATA_DIR: elsewhere } });
      expect(code).toBe(EX_UNAVAILABLE);
      expect(stdout).toBe('');
      const lines = stderr.trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toBe(`database: embedded, ${elsewhere}/postgres`);
      expect(lines[1]).toMatch(/^NoDatabaseError: .*DATA_DIR/);
      expect(await readdir(dataDir)).toEqual([]);
    } finally {
      await removeDataDir(dataDir);
    }
  });

  it.each([['migrate'], ['reset-database', '--yes'], ['dead-letters', 'list']])(
    '%s says in one line that the database is away, and shows no password',
    async (...command) => {
      const { code, stdout, stderr } = await runWaybill({
        command,
        env: { DATABASE_URL: 'postgres://shop:hunter2@127.0.0.1:1/orders' },
      });
      expect(code).toBe(EX_UNAVAILABLE);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^database: orders on 127\.0\.0\.1:1, as shop\n[^\n]*ECONNREFUSED[^\n]*\n$/);
    },
  );
});

describe('the command line beside a running program', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(() => waybill.stop());

  const beside = (...command: string[]) => runWaybill({ dataDir: waybill.dataDir, command });

  it('tells of all orders again, by the events that they had', async () => {
    const order = anOrder();
    await store(waybill.url, order);
    const stream = await watch(waybill.url);
    const { code, stdout } = await beside('orders', 'announce');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 order is announced again\n' });
    expect((await stream.eventWith(`${order.order_uid}:1`)).data).toMatchObject({ change: 'received' });
    stream.hangUp();
    const wrong = await beside('orders', 'tell');
    expect(wrong.code).toBe(EX_USAGE);
    expect(wrong.stderr).toContain('orders announce');
  });

  it('names the database that it looks at, apart from what was asked for', async () => {
    const { code, stdout, stderr } = await beside('dead-letters', 'list', '--json');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '[]\n' });
    expect(stderr).toBe(`database: embedded, ${waybill.dataDir}/postgres\n`);
    expect((await beside('migrate')).stdout).toMatch(/^the schema is up to date/);
  });

  it('does not delete what the program works on, and names the program', async () => {
    const reset = await beside('reset-database', '--yes');
    expect(reset.code).toBe(EX_UNAVAILABLE);
    expect(reset.stderr.trimEnd().split('\n')[1]).toMatch(
      new RegExp(`^DataDirInUseError: .*\\(pid ${waybill.pid}\\)`),
    );
    const deletion = await failureOf(
      run(process.execPath, ['--import', 'tsx', 'scripts/delete-data.ts'], {
        cwd: ROOT,
        env: { PATH: process.env.PATH, DATA_DIR: waybill.dataDir, CONFIRM: 'yes' },
      }),
    );
    expect(deletion.code).toBe(1);
    expect(deletion.stderr).toContain(`Waybill (process ${waybill.pid}) runs on it; stop that first`);
  });
});

describe('npx waybill in a clone that is not built', () => {
  let clone: string;
  beforeAll(async () => {
    clone = await temporaryDataDir();
    for (const path of ['bin', 'package.json']) {
      await cp(join(ROOT, path), join(clone, path), { recursive: true });
    }
  });
  afterAll(() => removeDataDir(clone));

  it('says so, and works once it is', async () => {
    const npx = (): Promise<Outcome> =>
      failureOf(
        run('npx', ['waybill', 'list'], {
          cwd: clone,
          env: { ...process.env, npm_config_cache: join(clone, '.npm') },
        }),
      );
    const before = await npx();
    expect(before.code).toBe(EX_UNAVAILABLE);
    expect(before.stderr).toContain('waybill: it is not built yet: run `make build`');
    await mkdir(join(clone, 'dist', 'src'), { recursive: true });
    await writeFile(join(clone, 'dist', 'src', 'program.js'), `console.log('runs', process.argv[2]);\n`);
    expect((await npx()).stdout).toBe('runs list\n');
  });
});
