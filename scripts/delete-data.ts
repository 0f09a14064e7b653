import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ConfigurationError, loadEnvironment } from '../src/platform/config/load-environment.js';
import { isAlive } from './is-alive.js';

/**
 * Deletes DATA_DIR, where the application would look for it: orders of the embedded database, records of
 * `make kafka`. Wants CONFIRM=yes, and refuses a directory that something still runs on or that is none of ours.
 */
function main(): void {
  const directory = resolve(loadEnvironment().DATA_DIR);
  if (!existsSync(directory)) return;
  const shown = relative('.', directory) || '.';
  const reason = protectedReason(directory) ?? runningReason(directory);
  if (reason !== undefined) fail(`${shown} is not deleted: ${reason}`);
  if (process.env.CONFIRM !== 'yes') fail(`this deletes all data in ${shown}; to do so, add CONFIRM=yes`);
  rmSync(directory, { recursive: true });
  process.stdout.write(`deleted ${shown}\n`);
}

function protectedReason(directory: string): string | undefined {
  const holdsProject = !relative(directory, process.cwd()).startsWith('..');
  if (holdsProject) return 'it holds the project itself';
  if (!relative(directory, homedir()).startsWith('..')) return 'it holds the home directory';
  return undefined;
}

/** PostgreSQL and `make kafka` both leave the id of their process in a file; in Postgres's it is the first line. */
function runningReason(directory: string): string | undefined {
  for (const { name, parentPath } of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (name !== 'postmaster.pid' && name !== 'broker.pid') continue;
    const pid = Number.parseInt(readFileSync(join(parentPath, name), 'utf8'), 10);
    if (isAlive(pid)) return `process ${pid} runs on it; stop that first`;
  }
  return undefined;
}

function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

try {
  main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  fail(error.faults.join('\n'));
}
