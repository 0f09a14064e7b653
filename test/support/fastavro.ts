import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installOnCi } from './debian-packages.js';

const run = promisify(execFile);

const VERSION = '1.12.1';
const CACHE_DIR = resolve(import.meta.dirname, '..', '..', '.cache');
const VENV_DIR = join(CACHE_DIR, `fastavro-${VERSION}`);
/** Is written after the installation. */
const COMPLETE_MARKER = join(VENV_DIR, '.complete');
const PROGRAM = join(import.meta.dirname, 'fastavro-answers.py');

/** Makes an environment of Python's with fastavro in it, once. @returns why that cannot be done here, or undefined */
export async function fastavroUnavailableReason(): Promise<string | undefined> {
  if (existsSync(COMPLETE_MARKER)) return undefined;
  try {
    await install().catch(async () => {
      // Debian's Python comes without what makes environments.
      await installOnCi('python3-venv');
      await install();
    });
    return undefined;
  } catch (error) {
    return `fastavro could not be installed: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
}

/** An environment has its own path in its files, so it is made where it stays. */
async function install(): Promise<void> {
  await mkdir(CACHE_DIR, { recursive: true });
  await rm(VENV_DIR, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', VENV_DIR]);
  await run(join(VENV_DIR, 'bin', 'pip'), ['install', '--quiet', `fastavro==${VERSION}`]);
  await writeFile(COMPLETE_MARKER, '');
}

/** @param questions as fastavro-answers.py takes them, as JSON texts: numbers may be beyond what a number can be here */
export async function askFastavro(questions: readonly string[]): Promise<string[]> {
  const asked = run(join(VENV_DIR, 'bin', 'python'), [PROGRAM], { maxBuffer: 64 * 1024 * 1024 });
  // A program that has ended says why on its own; that it takes no more questions says nothing.
  asked.child.stdin?.on('error', () => undefined);
  asked.child.stdin?.end(questions.map((question) => `${question}\n`).join(''));
  return (await asked).stdout.trimEnd().split('\n');
}
