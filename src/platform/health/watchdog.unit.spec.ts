import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { describe, it } from 'vitest';

const MODULE = fileURLToPath(new URL('./watchdog.ts', import.meta.url));

/** A process that the watchdog does not end, which it should, is ended by the test. */
const LONGEST_RUN_MS = 25_000;

interface Ended {
  code: number | null;
  signal: string | null;
  stderr: string;
}

/** A process with a watchdog of so many seconds that does what `script` says. */
async function run(stalledSeconds: number, script: string, ...options: string[]): Promise<Ended> {
  const program = `
    import { startWatchdog } from ${JSON.stringify(MODULE)};
    startWatchdog(${stalledSeconds}, (error) => { throw error; });
    ${script}`;
  const words = ['--import', 'tsx', ...options, '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, words, { timeout: LONGEST_RUN_MS, killSignal: 'SIGABRT' });
  const stderr = text(child.stderr);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal, stderr: await stderr };
}

/** `script`, from when the thread of the watchdog runs: nothing may have it wait for the one that it watches. */
const onceWatched = (script: string): string =>
  `setInterval(() => {}, 1_000); process.once('worker', (worker) => worker.once('online', () => { ${script} }));`;

const blockFor = (ms: number): string => `const end = Date.now() + ${ms}; while (Date.now() < end);`;

/** Each test is a process that stands still most of its time. */
describe.concurrent('the watchdog', () => {
  it('ends a process that loops for ever, and says why', async ({ expect }) => {
    const { signal, stderr } = await run(1, onceWatched('for (;;);'));
    expect(signal).toBe('SIGKILL');
    expect(stderr).toBe('the event loop stood still for 1 s: the process ends itself\n');
  }, 20_000);

  it('leaves one alone whose event loop turns now and then', async ({ expect }) => {
    const turns = `for (let n = 0; n < 4; n++) { ${blockFor(900)} await new Promise((r) => setTimeout(r, 600)); }`;
    const { code, stderr } = await run(3, turns);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }, 30_000);

  it('watches nothing when it is switched off, or a debugger holds the process', async ({ expect }) => {
    const blocked = blockFor(4_000);
    const [off, inspected] = await Promise.all([run(0, blocked), run(1, blocked, '--inspect=127.0.0.1:0')]);
    expect(off).toEqual({ code: 0, signal: null, stderr: '' });
    expect(inspected.code).toBe(0);
  }, 30_000);
});
