import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '..', '..');

describe('npx waybill', () => {
  it('runs what was built', async () => {
    const { stdout, stderr } = await run('npx', ['waybill', '--help'], { cwd: ROOT });
    expect(`${stdout}${stderr}`).toMatch(/^usage: .*\n[^]*dead-letters/);
  });

  it('has the commands of the contexts, and says what they are', async () => {
    const { stdout } = await run('npx', ['waybill', '--help'], { cwd: ROOT });
    expect(stdout).toMatch(/^ {2}inventory verify +recompute/m);
    const refused = run('npx', ['waybill', 'inventory', 'count'], { cwd: ROOT });
    await expect(refused).rejects.toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/inventory is followed by "count": expected verify/) as unknown,
    });
  });

  it('refuses what it does not know with exit code 64', async () => {
    const refused = run('npx', ['waybill', 'dead-letters', 'burn'], { cwd: ROOT });
    await expect(refused).rejects.toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/burn.*list, show, replay/) as unknown,
    });
  });
});
