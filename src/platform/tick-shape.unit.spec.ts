import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MODULE_URL = new URL('tick-shape.ts', import.meta.url).href;

/** Ticks before and after full collections that no tick is waiting in. */
const TICKS = `
  const nextTurn = () => new Promise((done) => setImmediate(done));
  const ticks = async () => {
    for (let at = 0; at < 1000; at += 1) process.nextTick(() => undefined);
    await nextTurn();
  };
  await ticks();
  for (let at = 0; at < 6; at += 1) {
    await nextTurn();
    gc();
  }
  await ticks();`;

describe('the shape of ticks', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-ticks-'));
  });

  afterAll(() => rm(directory, { recursive: true }));

  /** How often V8 has made a shape for the objects of process.nextTick; its log of shapes tells. */
  async function shapesMade(beginning: string): Promise<number> {
    const log = join(directory, 'v8.log');
    const script = ['--input-type=module', '--eval', beginning + TICKS];
    const logging = ['--log-maps', '--no-log-maps-details', '--no-logfile-per-isolate', `--logfile=${log}`];
    await promisify(execFile)(process.execPath, ['--import', 'tsx', '--expose-gc', ...logging, ...script]);
    return (await readFile(log, 'utf8')).match(/^map,Transition,.*"trigger_async_id_symbol"/gm)!.length;
  }

  it('is made again after collections when nothing keeps it', async () => {
    expect(await shapesMade('')).toBeGreaterThan(1);
  });

  it('is made once when one tick is kept', async () => {
    expect(await shapesMade(`(await import('${MODULE_URL}')).keepTickShape();`)).toBe(1);
  });
});
