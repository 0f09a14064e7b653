import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyCluster } from './cluster-template.js';
import { requireNoOtherDatabaseErrors } from './database-errors.js';
import { getFrom } from './either-protocol.js';
import { eventually } from './eventually.js';
import { removeDataDir, tellSweeper } from './left-behind.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const programOf = (root: string): string => join(root, 'dist', 'src', 'program.js');
/** The same before it was put into one file: what is loaded ahead of it can change its modules, and Node count its lines. */
const MODULES = join(ROOT, 'dist', 'src', 'main.js');

/** A first start makes a database cluster, on a machine that may be busy with other tests. */
const START_TIMEOUT_MS = 60_000;
const RUN_TIMEOUT_MS = 60_000;
/** The program gives itself ten seconds. */
const STOP_TIMEOUT_MS = 15_000;

/** NODE_OPTIONS that have something loaded ahead of the program. */
const LOADS_MORE = /--(import|require|loader)/;

/** For what is about the shop as a whole: the contexts that the program is for where nobody chooses. */
export const SHOP = { CONTEXTS: 'orders,payments,tracking,inventory' };

/** What the program may know of the caller's environment; none of it is a setting of ours. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_V8_COVERAGE'];

export interface WaybillOptions {
  /**
   * Settings, over those that a test wants anyway: orders alone, whom nobody else answers, so that they keep their versions; a
   * free port; and a DATA_DIR.
   */
  env?: Record<string, string>;
  /** By default a temporary one, which goes when the program does. */
  dataDir?: string;
  /** By default the DATA_DIR, where no `.env` lies. */
  cwd?: string;
  /** false: return as soon as it listens. */
  ready?: boolean;
  /** What stands after `program.js`. */
  command?: string[];
  /** What it reads from its standard input, which has nothing in it by default. */
  input?: string;
  /** Path of another Node than the one of the tests. */
  node?: string;
  /** Another checkout, which has been built. */
  root?: string;
  /** Path of another program than the built one. */
  program?: string;
}

export interface Exit {
  code: number | null;
  signal: string | null;
}

export interface WaybillProcess {
  /** `http://127.0.0.1:54321` */
  url: string;
  pid: number;
  dataDir: string;
  /** What it has printed so far, standard output and standard error. */
  output(): string;
  exited: Promise<Exit>;
  /** Asks it to stop, and returns its exit code, 128 + the signal's number if a signal ended it. May be called twice. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number>;
  /** SIGKILL. The PostgreSQL of a `dataDir` that was given stays, for the next start to find. */
  kill(): Promise<void>;
}

/**
 * Starts the built program, with loopback and the embedded PostgreSQL unless `env` says otherwise, and waits until
 * it is ready. Whatever becomes of the test run, no process, no server and no temporary directory outlives it.
 *
 * @throws Error with all that the program printed, when it ends or does not get ready in time
 */
export async function startWaybill(options: WaybillOptions = {}): Promise<WaybillProcess> {
  const run = await launch(options, { copied: needsCluster(options) });
  const { child, exited, output, dataDir, clearAway } = run;
  let url = '';
  const waybill: WaybillProcess = {
    get url() {
      return url;
    },
    pid: child.pid!,
    dataDir,
    output,
    exited,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const exit = await within(STOP_TIMEOUT_MS, exited);
      if (exit === undefined) child.kill('SIGKILL');
      await exited;
      await clearAway();
      if (exit === undefined)
        throw new Error(`Waybill did not stop within ${STOP_TIMEOUT_MS} ms:\n${output()}`);
      return exit.code ?? 128 + constants.signals[exit.signal as NodeJS.Signals];
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
      await clearAway();
    },
  };
  try {
    await eventually(
      async () => {
        url ||= urlIn(output());
        if (child.exitCode !== null || child.signalCode !== null) return;
        if (url === '') throw new Error('it does not listen');
        if (options.ready !== false) await requireReady(url);
      },
      { timeoutMs: START_TIMEOUT_MS },
    );
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`it ended by ${child.signalCode ?? `exit code ${child.exitCode}`}`);
    }
    return waybill;
  } catch (error) {
    await waybill.kill();
    throw new Error(`Waybill did not start: ${(error as Error).message}\n${output()}`, { cause: error });
  }
}

/** Runs the built program until it ends by itself, and returns how it did and what it printed. */
export async function runWaybill(
  options: Omit<WaybillOptions, 'ready'> = {},
): Promise<Exit & { stdout: string; stderr: string }> {
  const { child, exited, printed, output, clearAway } = await launch(options);
  const exit = await within(RUN_TIMEOUT_MS, exited);
  child.kill('SIGKILL');
  await exited;
  await clearAway();
  if (exit === undefined) throw new Error(`Waybill did not end within ${RUN_TIMEOUT_MS} ms:\n${output()}`);
  return { ...exit, ...printed };
}

/** A DATA_DIR for several starts; {@link removeDataDir} removes it, or else the end of the test run. */
export async function temporaryDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waybill-e2e-'));
  tellSweeper('directory', dataDir);
  return dataDir;
}

interface Run {
  child: ChildProcess;
  dataDir: string;
  printed: { stdout: string; stderr: string };
  output(): string;
  exited: Promise<Exit>;
  /**
   * Removes the DATA_DIR if it is ours; one that was given may have another user by now.
   *
   * @throws Error when PostgreSQL has logged an error that the spec does not expect
   */
  clearAway(): Promise<void>;
}

/** The DATA_DIR is ours, and the program's server is to run in it. Another checkout may have another PostgreSQL. */
function needsCluster({ dataDir, command, root, env = {} }: WaybillOptions): boolean {
  const isElsewhere = env.DB_HOST !== undefined || env.DATABASE_URL !== undefined;
  return (dataDir ?? command ?? root) === undefined && !isElsewhere;
}

async function launch(options: WaybillOptions, cluster = { copied: false }): Promise<Run> {
  const { root = ROOT } = options;
  const built = programOf(root);
  if (!existsSync(built)) throw new Error(`${built} is missing: build first (npm run build)`);
  const dataDir = options.dataDir ?? (await temporaryDataDir());
  tellSweeper('server', dataDir);
  if (cluster.copied) await copyCluster(dataDir);
  const isChanged =
    LOADS_MORE.test(options.env?.NODE_OPTIONS ?? '') || process.env.NODE_V8_COVERAGE !== undefined;
  const program = options.program ?? (isChanged ? MODULES : built);
  const child = spawn(options.node ?? process.execPath, [program, ...(options.command ?? [])], {
    cwd: options.cwd ?? dataDir,
    env: { ...settingsOf(dataDir, root), ...options.env },
    // Ctrl-C at the terminal reaches the test run alone, which then decides what ends when.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end without having read all.
  child.stdin.on('error', () => undefined).end(options.input);
  if (child.pid !== undefined) tellSweeper('program', child.pid);
  const printed = { stdout: '', stderr: '' };
  let all = '';
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
      all += text;
    });
  }
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      tellSweeper('ended', child.pid!);
      resolve({ code, signal });
    });
  });
  // The embedded server, when it outlives a killed program, holds no end of these pipes: 'close' comes all the same.
  return {
    child,
    dataDir,
    printed,
    output: () => all,
    exited,
    async clearAway() {
      try {
        requireNoOtherDatabaseErrors(dataDir);
      } finally {
        if (options.dataDir === undefined) await removeDataDir(dataDir);
      }
    },
  };
}

function settingsOf(dataDir: string, root: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const name of INHERITED) if (process.env[name] !== undefined) env[name] = process.env[name];
  return { ...env, CONTEXTS: 'orders', SERVER_PORT: '0', STATIC_DIR: join(root, 'web'), DATA_DIR: dataDir };
}

function urlIn(output: string): string {
  return (
    /"url":"(https?:[^"]+)"/.exec(output)?.[1] ?? /^ {2}page {2}(https?:\S+)\/$/m.exec(output)?.[1] ?? ''
  );
}

async function requireReady(url: string): Promise<void> {
  const { status, body } = await getFrom(`${url}/health/ready`);
  if (status !== 200) throw new Error(`it is not ready: ${body}`);
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
