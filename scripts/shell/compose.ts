import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PROJECT = resolve(import.meta.dirname, '..', '..');
const TIMEOUT_MS = 10_000;

/** Whether a service of `docker-compose.yml` runs here; not where there is no Docker, or it does not answer. */
export async function isComposeServiceUp(service: string): Promise<boolean> {
  const command = ['compose', 'ps', '--status', 'running', '--services'];
  const listed = await run('docker', command, { cwd: PROJECT, timeout: TIMEOUT_MS }).catch(() => undefined);
  return listed?.stdout.split('\n').includes(service) ?? false;
}

/** What runs a program in the container of a service. A terminal is passed on where there is one. */
export function inComposeService(service: string, command: readonly string[]): string[] {
  const noTerminal = process.stdin.isTTY ? [] : ['-T'];
  return ['docker', 'compose', '--project-directory', PROJECT, 'exec', ...noTerminal, service, ...command];
}
