import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pinnedTo } from '../pinning.js';

const PROJECT_DIR = resolve(import.meta.dirname, '..', '..');

/** One of bench/references/ that serves orders, in a process of its own. */
export class ReferenceServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /**
   * @param orders how many it holds
   * @param core the only one that it may use, where processes can be kept to one
   * @throws Error when it ends without having listened
   */
  static async start(file: string, orders: number, core?: number): Promise<ReferenceServer> {
    const [program, ...args] = pinnedTo(core, [
      process.execPath,
      ...['--import', 'tsx', join('bench', 'references', file), String(orders)],
    ]);
    const child = spawn(program, args, { cwd: PROJECT_DIR, stdio: ['ignore', 'pipe', 'inherit'] });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('close', () => process.off('exit', kill));
    for await (const line of createInterface({ input: child.stdout })) {
      const { port } = JSON.parse(line) as { port: number };
      return new ReferenceServer(child, `http://127.0.0.1:${port}`);
    }
    throw new Error(`${file} ended before it listened`);
  }

  async stop(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await closed;
  }
}
