import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pinnedTo } from './pinning.js';

const PROJECT_DIR = resolve(import.meta.dirname, '..');
const MAIN = join(PROJECT_DIR, 'dist', 'src', 'program.js');
const STOP_TIMEOUT_MS = 20_000;
const KEPT_LINES = 20;

/** All that the program gets from the surroundings of this run. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_OPTIONS'];

/** What a program is for unless it is told otherwise: what others cost has rows of its own. */
const ORDERS_ALONE = { CONTEXTS: 'orders' };

/** A line of the program's log. */
export interface LogLine {
  readonly msg?: string;
  /** When the program wrote it, in milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly [field: string]: unknown;
}

/** The built program, as a process of its own. */
export class Program {
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs = Date.now();
  private readonly log: LogLine[] = [];
  private readonly lastOutput: string[] = [];
  private readonly listeners = new Set<() => void>();
  private exitCode: number | undefined;
  private readonly ended: Promise<void>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) this.listenTo(stream!);
    this.ended = new Promise((resolveEnded) => {
      child.once('close', (code) => {
        this.exitCode = code ?? 1;
        process.off('exit', this.kill);
        this.tellListeners();
        resolveEnded();
      });
    });
    process.once('exit', this.kill);
  }

  /**
   * Starts the program from dist/ with the given settings and its own defaults for the rest: neither the
   * environment's nor those of a .env file count. Where CONTEXTS is not given, it is for orders alone.
   *
   * @param core the only one that it may use, where processes can be kept to one
   * @throws Error when it has not been built
   */
  static async start(
    settings: Readonly<Record<string, string>>,
    command: readonly string[] = [],
    core?: number,
  ): Promise<Program> {
    if (!existsSync(MAIN)) throw new Error('there is no dist/: run `npm run build` first');
    const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]));
    const directory = await mkdtemp(join(tmpdir(), 'waybill-bench-program-'));
    const [file, ...args] = pinnedTo(core, [process.execPath, MAIN, ...command]);
    const child = spawn(file, args, {
      cwd: directory,
      env: {
        ...inherited,
        SERVER_PORT: '0',
        STATIC_DIR: join(PROJECT_DIR, 'web'),
        ...ORDERS_ALONE,
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Program(child, directory);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /**
   * Resolves with the first line of the log that `matches`.
   *
   * @throws Error with what the program said last, when it ends without such a line
   */
  logged(matches: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((found, failed) => {
      const look = (): void => {
        const line = this.log.find(matches);
        if (line === undefined && this.exitCode === undefined) return;
        this.listeners.delete(look);
        if (line === undefined) failed(this.failure());
        else found(line);
      };
      this.listeners.add(look);
      look();
    });
  }

  /** @throws Error with what the program said last, when it has ended by itself */
  checkAlive(): void {
    if (this.exitCode !== undefined) throw this.failure();
  }

  /** Waits until the program has ended by itself. @throws Error when it failed */
  async finished(): Promise<void> {
    await this.ended;
    await rm(this.directory, { recursive: true, force: true });
    if (this.exitCode !== 0) throw this.failure();
  }

  async stop(): Promise<void> {
    const deadline = setTimeout(this.kill, STOP_TIMEOUT_MS);
    this.child.kill('SIGTERM');
    await this.ended;
    clearTimeout(deadline);
    await rm(this.directory, { recursive: true, force: true });
  }

  private readonly kill = (): void => void this.child.kill('SIGKILL');

  private listenTo(stream: Readable): void {
    createInterface({ input: stream }).on('line', (text) => {
      this.lastOutput.push(text);
      if (this.lastOutput.length > KEPT_LINES) this.lastOutput.shift();
      const line = parseLine(text);
      if (line === undefined) return;
      this.log.push(line);
      this.tellListeners();
    });
  }

  private tellListeners(): void {
    for (const listener of this.listeners) listener();
  }

  private failure(): Error {
    return new Error(`the program ended with code ${this.exitCode}:\n${this.lastOutput.join('\n')}`);
  }
}

/**
 * Brings a database's schema up to date, with the program's own command.
 *
 * @param settings beside the database's
 */
export async function migrate(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const migration = await Program.start({ DATABASE_URL: databaseUrl, ...settings }, ['migrate']);
  await migration.finished();
}

/** Undefined for what is said to people, such as the banner. */
function parseLine(text: string): LogLine | undefined {
  try {
    const line = JSON.parse(text) as Record<string, unknown>;
    return { ...line, atMs: Date.parse(line.time as string) };
  } catch {
    return undefined;
  }
}
