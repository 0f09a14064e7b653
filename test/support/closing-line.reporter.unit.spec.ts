import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROJECT_DIR = join(import.meta.dirname, '..', '..');
const CONFIG = `
  export default {
    root: import.meta.dirname,
    test: {
      include: ['*.spec.js'],
      globalSetup: ['setup.js'],
      reporters: ['default', ${JSON.stringify(join(import.meta.dirname, 'closing-line.reporter.ts'))}],
    },
  };`;
const PASSING = `import { it } from 'vitest'; it('passes', () => {});`;

/** A project of its own for each test, inside of this one so that it finds vitest. */
let directory: string;

beforeEach(async () => {
  await mkdir(join(PROJECT_DIR, '.cache'), { recursive: true });
  directory = await mkdtemp(join(PROJECT_DIR, '.cache', 'closing-line-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function runVitest(files: Record<string, string>, variables: Record<string, string> = {}) {
  const all = { 'vitest.config.js': CONFIG, 'setup.js': 'export const setup = () => {};', ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(directory, name), text);
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST|CI$|NODE_ENV)/.test(name));
  return new Promise<{ exitCode: number; lines: string[] }>((resolve) => {
    const child = execFile(
      process.execPath,
      [join(PROJECT_DIR, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.config.js'],
      { cwd: directory, env: { ...Object.fromEntries(inherited), ...variables } },
      (_error, stdout) => resolve({ exitCode: child.exitCode ?? -1, lines: stdout.trimEnd().split('\n') }),
    );
  });
}

describe('the closing line', () => {
  it('stands below everything, also below what the teardown prints', async () => {
    const { exitCode, lines } = await runVitest({
      'a.spec.js': `import { it } from 'vitest'; it('a', () => {}); it.skip('b', () => {}); it.todo('c');`,
      'setup.js': `export const teardown = () => console.log('torn down');`,
    });
    expect(lines.slice(-2)).toEqual(['torn down', '1 passed, 0 failed, 2 skipped']);
    expect(exitCode).toBe(0);
  });

  it('counts as failed what fails outside of tests: a file, a hook, a stray error', async () => {
    const { exitCode, lines } = await runVitest({
      'passing.spec.js': PASSING,
      'failing.spec.js': `import { it } from 'vitest'; it('fails', () => { throw new Error('no'); });`,
      'syntax.spec.js': `import { it } from 'vitest'; it('x', () => {`,
      'hook.spec.js': `import { beforeAll, describe, it } from 'vitest';
        describe('d', () => { beforeAll(() => { throw new Error('no'); }); it('a', () => {}); });`,
      'stray.spec.js': `import { it } from 'vitest';
        it('passes', () => { void Promise.reject(new Error('stray')); });`,
    });
    expect(lines.at(-1)).toBe('2 passed, 4 failed, 1 skipped');
    expect(lines.filter((line) => line.startsWith('failed: ')).sort()).toEqual([
      'failed: failing.spec.js > fails: no',
      'failed: hook.spec.js > d: no',
      expect.stringMatching(/^failed: syntax\.spec\.js: ./),
    ]);
    expect(exitCode).toBe(1);
  });

  it('counts a setup that throws', async () => {
    const { exitCode, lines } = await runVitest({
      'passing.spec.js': PASSING,
      'setup.js': `export const setup = () => { throw new Error('no'); };`,
    });
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
    expect(exitCode).toBe(1);
  });

  it('fails a run without a test', async () => {
    const { exitCode, lines } = await runVitest({
      'a.spec.js': `import { it } from 'vitest'; it.skip('a', () => {});`,
    });
    expect(lines.slice(-2)).toEqual(['no test ran', '0 passed, 0 failed, 1 skipped']);
    expect(exitCode).toBe(1);
  });
});

describe('a tier without its service', () => {
  const files = {
    'passing.spec.js': PASSING,
    'tier.spec.js': `import { describe, it } from 'vitest';
      import { useTier } from ${JSON.stringify(join(import.meta.dirname, 'tiers.ts'))};
      const redis = useTier('redis');
      describe.skipIf(redis.skipped)('redis', () => { it('a', () => {}); it('b', () => {}); });`,
    'setup.js': `export const setup = ({ provide }) => provide('redis', { skipped: 'no redis-server' });`,
  };

  it('is skipped, with the reason below the results', async () => {
    const { exitCode, lines } = await runVitest(files);
    expect(lines.slice(-2)).toEqual(['redis tier skipped: no redis-server', '1 passed, 0 failed, 2 skipped']);
    expect(exitCode).toBe(0);
  });

  it('is a failure on CI', async () => {
    const { exitCode, lines } = await runVitest(files, { CI: 'true' });
    expect(lines.slice(-2)).toEqual(['redis tier failed: no redis-server', '1 passed, 1 failed, 0 skipped']);
    expect(exitCode).toBe(1);
  });
});
