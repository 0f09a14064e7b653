import { tmpdir } from 'node:os';
import { createClient } from 'redis';
import { freePorts } from '../../scripts/free-ports.js';
import { startLeashed } from '../../scripts/leashed-process.js';
import type { LeashedProcess } from '../../scripts/leashed-process.js';
import { Environment } from '../../src/platform/config/environment.js';
import type { RedisSettings } from '../../src/platform/config/redis-access.js';

const POLL_MS = 20;

/** A redis-server of a test's own, to be killed, frozen and started again on the same port. It keeps nothing. */
export class RedisServerFixture {
  private server: LeashedProcess | undefined;
  private pid: number | undefined;

  private constructor(
    private readonly command: string,
    private readonly port: number,
  ) {}

  /** A port of its own, with nothing listening on it yet. */
  static async reserve(command: string): Promise<RedisServerFixture> {
    const [port] = await freePorts(0);
    return new RedisServerFixture(command, port);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Resolves when it answers. @param directory where it would save what it holds */
  async start(directory = tmpdir()): Promise<void> {
    const keepNothing = ['--save', '', '--appendonly', 'no'];
    this.server = startLeashed(
      [this.command, '--port', String(this.port), '--bind', '127.0.0.1', ...keepNothing],
      { cwd: directory, graceMs: 0 },
    );
    const client = plainClient(this.url);
    await client.connect();
    this.pid = Number(/^process_id:(\d+)/m.exec(await client.info('server'))?.[1]);
    client.destroy();
  }

  /** Resolves when it is gone, without a word to whoever is connected. */
  async kill(): Promise<void> {
    this.pid = undefined;
    await this.server?.stop();
  }

  /** From now on it still accepts connections and bytes, and answers nothing. */
  freeze(): void {
    if (this.pid !== undefined) process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    if (this.pid !== undefined) process.kill(this.pid, 'SIGCONT');
  }
}

/** To look into Redis and to meddle; the caller connects and destroys it. */
export function plainClient(url: string) {
  return createClient({ url, socket: { reconnectStrategy: POLL_MS } }).on('error', () => undefined);
}

/** The settings of a program that finds Redis there. */
export const redisAt = (url: string, others: Partial<Omit<RedisSettings, 'REDIS_URL'>> = {}): RedisSettings =>
  Object.assign(new Environment(), others, { REDIS_URL: url });
