import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../scripts/free-ports.js';
import { expectEndedLives } from '../support/ended-lives.js';
import { eventually } from '../support/eventually.js';
import { runWaybill, SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { ask } from './api.js';

/** sysexits.h */
const EX_USAGE = 64;
const EX_INTERRUPTED = 130;
const ROOT = resolve(import.meta.dirname, '..', '..');

const secretOf = (byte: number): string => `whsec_${Buffer.alloc(24, byte).toString('base64')}`;
const SETTINGS = {
  ...SHOP,
  PAYMENTS_WEBHOOK_SECRETS: `${secretOf(1)},${secretOf(2)}`,
  TRACKING_WEBHOOK_SECRETS: secretOf(3),
};

const countIn = (stdout: string, name: string): number =>
  Number(new RegExp(`^ *${name} +([\\d,]+)`, 'm').exec(stdout)?.[1]?.replaceAll(',', ''));

describe('waybill simulate', () => {
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill({ env: SETTINGS });
  });
  afterAll(() => waybill.stop());

  const simulate = (line: string, env: Record<string, string> = SETTINGS) =>
    runWaybill({ command: ['simulate', ...line.split(' ')], env });

  it('names each argument that is wrong, and says how it is used', async () => {
    const { code, stdout, stderr } = await simulate('--rate fast --life 30s');
    expect({ code, stdout }).toEqual({ code: EX_USAGE, stdout: '' });
    expect(stderr).toMatch(/^--rate is fast: .*\n--for is missing: .*\n--http is missing, .*\n\nusage: /);
    const help = await simulate('--help');
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^usage: /) as string });
  });

  it('over HTTP leads lives to the ends that their plans have, and tells what was answered', async () => {
    const { code, stdout, stderr } = await simulate(
      `--rate 20/s --for 3s --life 2s --seed 11 --http ${waybill.url}`,
    );
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^seed 11\n/);
    expect(countIn(stdout, 'orders')).toBe(60);
    expect(countIn(stdout, 'lives')).toBe(60);
    expect(countIn(stdout, 'not taken')).toBe(0);
    const customers = await eventually(() => expectEndedLives(waybill.url, 60), { timeoutMs: 45_000 });
    expect(customers.size).toBeGreaterThan(8);
    // Events that came twice were known, and what was asked too early was refused.
    expect(countIn(stdout, '200')).toBeGreaterThan(10);
    expect(stdout).toMatch(/^ {2}409 (\d+): \1 expected, 0 not$/m);
    expect((await ask(`${waybill.url}/api/dead-letters`)).text).toBe('[]');
  });

  it('ends with 1 when something is not taken, and says what', async () => {
    const env = { ...SETTINGS, PAYMENTS_WEBHOOK_SECRETS: secretOf(9) };
    const { code, stdout } = await simulate(`--rate 5/s --for 1s --life 1s --http ${waybill.url}`, env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}401 \d+: 0 expected, \d+ not$/m);
    expect(stdout).toMatch(/^not taken +[1-9]/m);
    expect(stdout).toMatch(/^ {2}payments \w+: 401 /m);
  });

  it('says by Ctrl-C what was sent so far, and bears a program that is not there', async () => {
    const [port] = await freePorts(0);
    const child = spawn(
      process.execPath,
      [
        join(ROOT, 'dist/src/program.js'),
        ...`simulate --rate 50/s --for 1h --http http://127.0.0.1:${port}`.split(' '),
      ],
      { env: { PATH: process.env.PATH, STATIC_DIR: join(ROOT, 'web') }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let printed = '';
    child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, printed }).toEqual({
      code: EX_INTERRUPTED,
      printed: expect.stringMatching(/^orders {6}0, /) as string,
    });
    expect(printed).toMatch(/^not taken +0$/m);
  });
});
