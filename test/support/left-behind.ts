import { spawn, type ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findRunningServer } from '../../src/platform/embedded-postgres/postmaster-pid-file.js';
import { eventually } from './eventually.js';

/**
 * Reads from a pipe whose other end is ours. The kernel closes it when this process ends, also by SIGKILL, where no
 * hook of ours would run; then what has been named and not been forgotten is cleared away: first the programs, so
 * that none starts its server again, then their servers, then the directories.
 */
const SWEEP = `
trap '' INT TERM HUP
IFS='
'
programs= servers= directories=
command_of() { tr '\\0' ' ' < "/proc/$1/cmdline" || ps -ww -o args= -p "$1"; }
is_server() { case $(command_of "$1") in *postgres*) true ;; *) false ;; esac; }
without() { for one in $1; do [ "$one" = "$2" ] || printf '%s\\n' "$one"; done; }
while IFS=' ' read -r verb value; do
  case $verb in
    program) programs="$programs$IFS$value" ;;
    ended) programs=$(without "$programs" "$value") ;;
    server) servers=$(without "$servers" "$value")$IFS$value ;;
    directory) directories="$directories$IFS$value" ;;
    removed) directories=$(without "$directories" "$value"); servers=$(without "$servers" "$value") ;;
  esac
done
for program in $programs; do kill -KILL "$program"; done
for directory in $servers; do
  read -r server < "$directory/postgres/postmaster.pid" || continue
  is_server "$server" || continue
  kill -QUIT "$server"
  tries=100; while is_server "$server" && [ "$tries" -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done
done
for directory in $directories; do rm -rf "$directory"; done
`;

const SERVER_END_TIMEOUT_MS = 15_000;

let sweeper: ChildProcess | undefined;

type Verb = 'program' | 'ended' | 'server' | 'directory' | 'removed';

/** Tells the sweeper what there is and what no longer: a pid, or a DATA_DIR. */
export function tellSweeper(verb: Verb, value: string | number): void {
  if (sweeper === undefined) {
    sweeper = spawn('sh', ['-c', SWEEP], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    sweeper.unref();
    sweeper.stdin!.on('error', () => undefined);
    (sweeper.stdin as unknown as { unref(): void }).unref();
  }
  sweeper.stdin!.write(`${verb} ${value}\n`);
}

/** Ends the embedded PostgreSQL of a DATA_DIR that a killed program has left running. */
async function endServerLeftIn(dataDir: string): Promise<void> {
  const running = () => findRunningServer(join(dataDir, 'postgres')).catch(() => undefined);
  const server = await running();
  if (server === undefined) return;
  process.kill(server.pid, 'SIGQUIT');
  await eventually(
    async () => {
      if (await running()) throw new Error(`PostgreSQL ${server.pid} in ${dataDir} does not end`);
    },
    { timeoutMs: SERVER_END_TIMEOUT_MS },
  );
}

/** Removes a DATA_DIR, with the server that may be running in it. */
export async function removeDataDir(dataDir: string): Promise<void> {
  await endServerLeftIn(dataDir);
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  tellSweeper('removed', dataDir);
}
