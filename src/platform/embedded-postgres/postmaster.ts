import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isReady } from './postmaster-pid-file.js';
import type { ServerLog } from './server-log.js';
import type { ServerPrograms } from './server-programs.js';
import type { ServerSettings } from './server-settings.js';
import { hasCode } from './system-errors.js';

const READY_POLL_MS = 15;
/** After a crash the server first replays its log; max_wal_size bounds how much. */
const READY_TIMEOUT_MS = 300_000;
const FAST_SHUTDOWN_MS = 8_000;
const IMMEDIATE_SHUTDOWN_MS = 6_000;

export interface PostmasterExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** Why a server did not come up, as far as it matters for what to do next. */
export type StartFailure = 'port taken' | 'already running' | 'old server going' | 'other';

/** The server ended, or did not become ready in time; the message holds what it logged. */
export class PostmasterStartError extends Error {
  override readonly name = 'PostmasterStartError';

  constructor(
    readonly failure: StartFailure,
    logged: string,
  ) {
    super(`PostgreSQL did not start: ${logged.trim() || 'it logged nothing'}`);
  }
}

export interface PostmasterOptions {
  programs: ServerPrograms;
  clusterDirectory: string;
  port: number;
  settings: ServerSettings;
  serverLog: ServerLog;
}

/** One run of the server's main process, as our child. */
export class Postmaster {
  readonly exited: Promise<PostmasterExit>;
  #hasExited = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly options: PostmasterOptions,
    private readonly logStart: number,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('exit', (exitCode, signal) => {
        this.#hasExited = true;
        resolve({ exitCode, signal });
      });
    });
  }

  static async launch(options: PostmasterOptions): Promise<Postmaster> {
    const { programs, clusterDirectory, port, settings, serverLog } = options;
    const logStart = await serverLog.position();
    const args = ['-D', clusterDirectory, '-p', String(port)];
    for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
    return new Postmaster(await programs.startServer(args, serverLog.fd), options, logStart);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /**
   * Resolves when the server takes connections. From then on it does not keep our process alive.
   *
   * @throws PostmasterStartError
   */
  async ready(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await isReady(this.options.clusterDirectory, this.pid, this.options.port))) {
      if (this.#hasExited) throw await this.#startError();
      if (Date.now() > deadline) {
        await this.stop();
        throw await this.#startError();
      }
      await pause(READY_POLL_MS);
    }
    this.child.unref();
  }

  /**
   * Fast shutdown: ends sessions, writes everything out, exits. One that takes more than eight seconds is cut
   * short; the next start then replays the log, and nothing committed is lost. Resolves when the server is gone.
   */
  async stop(): Promise<PostmasterExit> {
    this.child.ref();
    await this.#signalAndWait('SIGINT', FAST_SHUTDOWN_MS);
    await this.#signalAndWait('SIGQUIT', IMMEDIATE_SHUTDOWN_MS);
    if (!this.#hasExited) this.child.kill('SIGKILL');
    return this.exited;
  }

  async #signalAndWait(signal: 'SIGINT' | 'SIGQUIT', limitMs: number): Promise<void> {
    if (this.#hasExited) return;
    await signalServer(this.pid, signal, this.options.programs);
    const limit = new AbortController();
    const timeout = pause(limitMs, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([this.exited, timeout]);
    limit.abort();
  }

  async #startError(): Promise<PostmasterStartError> {
    const logged = await this.options.serverLog.since(this.logStart);
    return new PostmasterStartError(failureIn(logged), logged);
  }
}

/** Sends a signal to a server; one that has gone already is no error. */
export async function signalServer(
  pid: number,
  signal: 'SIGINT' | 'SIGQUIT',
  programs: ServerPrograms,
): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no signals; PostgreSQL brings its own, sent by pg_ctl.
    await promisify(execFile)(programs.binaries.pgCtl, ['kill', signal.slice('SIG'.length), String(pid)]);
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

function failureIn(logged: string): StartFailure {
  if (/lock file "postmaster\.pid" (already exists|is empty)/.test(logged)) return 'already running';
  if (/could not create any TCP\/IP sockets/.test(logged)) return 'port taken';
  // Children of a server that was killed are still on their way out.
  if (/pre-existing shared memory block/.test(logged)) return 'old server going';
  return 'other';
}
