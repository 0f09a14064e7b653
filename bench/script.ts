import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pinnedTo } from './pinning.js';

const PROJECT_DIR = resolve(import.meta.dirname, '..');
const OPTIONS = 'BENCH_SCRIPT_OPTIONS';

/**
 * A script of these benchmarks in a process of its own, so that it has an event loop to itself. What it is told and
 * what it says are lines of JSON. It does not outlive this process.
 */
export class Script {
  private readonly lines: AsyncIterator<string>;
  private readonly ended: Promise<void>;

  private constructor(
    private readonly file: string,
    private readonly child: ChildProcess,
  ) {
    this.lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    this.ended = new Promise((resolveEnded) => {
      child.once('close', () => {
        process.off('exit', this.kill);
        resolveEnded();
      });
    });
    // One that has failed says why on standard error; that it takes no more tasks adds nothing.
    child.stdin!.on('error', () => undefined);
    process.once('exit', this.kill);
  }

  /**
   * Starts a script.
   *
   * @param file from the folder of the benchmarks
   * @param options what its {@link optionsOf} returns; in the environment, which others cannot see, since they may
   *   hold a password
   * @param core the only one that it may use, where processes can be kept to one
   */
  static start(file: string, options: object, core?: number): Script {
    const path = resolve(import.meta.dirname, file);
    const [program, ...args] = pinnedTo(core, [process.execPath, '--import', 'tsx', path]);
    const child = spawn(program, args, {
      cwd: PROJECT_DIR,
      env: { ...process.env, [OPTIONS]: JSON.stringify(options) },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return new Script(file, child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Resolves with what it says next. @throws Error when it ends instead */
  async said<T>(): Promise<T> {
    const line = await this.lines.next();
    if (line.done === true) throw new Error(`${this.file} ended before it was done`);
    return JSON.parse(line.value) as T;
  }

  /** Resolves with what came of a task. @throws Error when the script ends instead */
  async did<T>(task: object): Promise<T> {
    this.child.stdin!.write(`${JSON.stringify(task)}\n`);
    return this.said<T>();
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }

  private readonly kill = (): void => void this.child.kill('SIGKILL');
}

/** In a script: what it was started with. */
export function optionsOf<T>(): T {
  return JSON.parse(process.env[OPTIONS]!) as T;
}

/** In a script: a line for who has started it. */
export function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** In a script: does one task after the other, and says what came of each, until who has started it is gone. */
export async function doTasks<Task>(work: (task: Task) => Promise<object>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    say(await work(JSON.parse(line) as Task));
  }
}
