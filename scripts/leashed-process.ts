import { spawn } from 'node:child_process';

export interface LeashOptions {
  cwd: string;
  /** How long the process may take over SIGTERM before it is killed. 0 kills it at once. */
  graceMs: number;
  /** File or directory that is removed as soon as the process is gone, however it went. */
  removeAfter?: string;
}

export interface LeashedProcess {
  /** Of the shell that the process is a child of; undefined when it could not be started. */
  readonly shellPid: number | undefined;
  /** The exit code of the process; 128 + the signal's number when a signal ended it. */
  readonly exited: Promise<number>;
  /** The end of what the process has printed so far, on both streams, for the message that says why it ended. */
  lastOutput(): string;
  /** Ends the process, and resolves when it is gone and `removeAfter` with it. May be called twice. */
  stop(): Promise<void>;
  /** The same by SIGKILL, whatever grace it was started with. */
  kill(): Promise<void>;
}

/**
 * The shell reads from a pipe whose other end is ours. The kernel closes it when this process ends, also by
 * SIGKILL or a crash, where no exit hook of ours would run; then the shell ends the service. The read is a
 * builtin in a subshell of its own, so that the shell can wait for the service at the same time.
 */
const LEASH = `
grace=$1 remove=$2; shift 2
exec 3<&0
"$@" </dev/null 3<&- & service=$!
{
  read -r word <&3
  if [ "$word" != kill ] && [ "$grace" -gt 0 ]; then
    kill -TERM "$service"
    while [ "$grace" -gt 0 ] && kill -0 "$service"; do sleep 0.1; grace=$((grace - 1)); done
  fi
  kill -KILL "$service"
} >/dev/null 2>&1 & leash=$!
exec 3<&-
wait "$service" 2>/dev/null; code=$?
kill "$leash" 2>/dev/null
[ -z "$remove" ] || rm -rf "$remove"
exit "$code"
`;

const KEPT_OUTPUT = 16 * 1024;
const LAST_LINES = 5;

/**
 * Starts a service that must not outlive this process, on any POSIX system. It stands in a session of its
 * own, so that a Ctrl-C at the terminal reaches us alone and we decide in which order things stop.
 */
export function startLeashed(command: readonly string[], options: LeashOptions): LeashedProcess {
  const graceTenths = Math.ceil(options.graceMs / 100);
  const shell = spawn(
    'sh',
    ['-c', LEASH, 'leash', String(graceTenths), options.removeAfter ?? '', ...command],
    { cwd: options.cwd, detached: true, stdio: 'pipe' },
  );
  const exited = new Promise<number>((resolve, reject) => {
    shell.once('error', reject);
    shell.once('close', (code) => resolve(code ?? 1));
  });
  let printed = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-KEPT_OUTPUT)));
  }
  // A service that is already gone has closed its end of the pipe; the write side then reports EPIPE.
  shell.stdin.on('error', () => undefined);
  return {
    shellPid: shell.pid,
    exited,
    lastOutput: () => printed.trim().split('\n').slice(-LAST_LINES).join('\n') || 'it printed nothing',
    async stop() {
      shell.stdin.end();
      await exited;
    },
    async kill() {
      if (shell.stdin.writable) shell.stdin.end('kill\n');
      await exited;
    },
  };
}
