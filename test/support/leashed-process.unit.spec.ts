import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startLeashed } from '../../scripts/leashed-process.js';

const PROJECT_DIR = join(import.meta.dirname, '..', '..');
const newDirectory = () => mkdtemp(join(tmpdir(), 'waybill-leash-'));

describe('a leashed process', () => {
  it('is gone, and its directory with it, when its owner is killed without a chance to clean up', async () => {
    const directory = await newDirectory();
    const code = `
      import { startLeashed } from './scripts/leashed-process.ts';
      const command = ['sh', '-c', 'echo $$; exec sleep 60'];
      const service = startLeashed(command, { cwd: '.', graceMs: 0, removeAfter: ${JSON.stringify(directory)} });
      const timer = setInterval(() => {
        const pid = service.lastOutput();
        if (/^[0-9]+$/.test(pid)) { console.log(pid); clearInterval(timer); }
      }, 10);`;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
      cwd: PROJECT_DIR,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(owner.stdout, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    expect(process.kill(pid, 0)).toBe(true);

    owner.kill('SIGKILL');

    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 });
    await vi.waitFor(() => expect(access(directory)).rejects.toThrow('ENOENT'), { timeout: 10_000 });
  });

  it('may finish its work within the grace period', async () => {
    const service = startLeashed(
      ['sh', '-c', 'trap "echo finished; exit 3" TERM; echo up; while :; do sleep 0.05; done'],
      { cwd: '.', graceMs: 10_000 },
    );
    await vi.waitFor(() => expect(service.lastOutput()).toBe('up'), { timeout: 10_000 });
    await service.stop();
    expect(service.lastOutput()).toBe('up\nfinished');
    expect(await service.exited).toBe(3);
  });

  it('is killed when the grace period is over', async () => {
    const service = startLeashed(['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done'], {
      cwd: '.',
      graceMs: 100,
    });
    await vi.waitFor(() => expect(service.lastOutput()).toBe('up'), { timeout: 10_000 });
    await service.stop();
    expect(await service.exited).toBe(128 + 9);
  });

  it('tells how it ended on its own, and what it said', async () => {
    const service = startLeashed(['sh', '-c', 'echo "port is taken" >&2; exit 4'], { cwd: '.', graceMs: 0 });
    expect(await service.exited).toBe(4);
    expect(service.lastOutput()).toBe('port is taken');
    await service.stop();
  });
});
