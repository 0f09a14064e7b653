import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { CONTEXTS } from '../src/app.module.js';
import { ConfigurationError } from '../src/platform/config/configuration.error.js';
import { Environment } from '../src/platform/config/environment.js';
import { loadSettings } from '../src/platform/config/load-environment.js';
import { findRunningServer } from '../src/platform/embedded-postgres/postmaster-pid-file.js';
import { isAlive } from './is-alive.js';

/**
 * Deletes DATA_DIR, where the application would look for it: orders of the embedded database, records of
 * `make kafka`. Wants CONFIRM=yes, and refuses a directory that something still runs on or that is none of ours.
 */
async function main(): Promise<void> {
  const settings = loadSettings(CONTEXTS.flatMap((context) => context.settings ?? []));
  const directory = resolve(settings.of(Environment).DATA_DIR);
  if (!existsSync(directory)) return;
  const shown = relative('.', directory) || '.';
  const reason = protectedReason(directory) ?? (await runningReason(directory));
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

/** Whatever still runs on a part of it, and how to stop that: what stands in a file may be another process by now. */
async function runningReason(directory: string): Promise<string | undefined> {
  for (const { name, parentPath } of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const reason =
      name === 'postmaster.pid'
        ? await postgresReason(parentPath)
        : name === 'broker.pid'
          ? brokerReason(join(parentPath, name))
          : undefined;
    if (reason !== undefined) return reason;
  }
  return undefined;
}

async function postgresReason(cluster: string): Promise<string | undefined> {
  const server = await findRunningServer(cluster);
  if (server === undefined) return undefined;
  // Ending the server alone is of no use: Waybill starts it again.
  const starter = Number(/cluster_name=waybill:(\d+)/.exec(commandOf(server.pid))?.[1]);
  return isAlive(starter) && commandOf(starter).includes('node')
    ? `Waybill (process ${starter}) runs on it; stop that first`
    : `PostgreSQL (process ${server.pid}) still runs on it without Waybill; end it by \`kill -INT ${server.pid}\``;
}

function brokerReason(path: string): string | undefined {
  const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
  if (!isAlive(pid) || !commandOf(pid).includes('node')) return undefined;
  return `Kafka (\`make kafka\`, process ${pid}) runs on it; stop that first`;
}

/** A process's command line, empty when the system does not tell. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    const { stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout ?? '';
  }
}

function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  fail(error.faults.join('\n'));
}
