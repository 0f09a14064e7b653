import { setTimeout as pause } from 'node:timers/promises';
import { Replica } from '../replica.js';

const BETWEEN_LOOKS_MS = 20;
const READY_WITHIN_MS = 180_000;

/** One run of a replica, from its start to its end. */
export interface ReplicaRun {
  readonly url: string;
  /** By the clock of performance.now(): before its process was started. */
  readonly startedAtMs: number;
  /** When it was first seen to be ready. */
  readyAtMs?: number;
  /** Whether it was told to end. */
  isOver: boolean;
}

/** A replica of the program for customers alone, which keeps its directory over restarts. */
export class CustomerReplica {
  /** The present run, or the last one. */
  run: ReplicaRun | undefined;

  private constructor(private readonly replica: Replica) {}

  static async of(name: string, env: Readonly<Record<string, string>>): Promise<CustomerReplica> {
    return new CustomerReplica(await Replica.of(name, env));
  }

  get url(): string {
    return this.replica.url;
  }

  get isRunning(): boolean {
    return this.run !== undefined && !this.run.isOver;
  }

  /** Whether a load balancer would send it requests. */
  get takesRequests(): boolean {
    return this.isRunning && this.run!.readyAtMs !== undefined;
  }

  /** Resolves as soon as it listens. */
  async start(): Promise<ReplicaRun> {
    const run: ReplicaRun = { url: this.url, startedAtMs: performance.now(), isOver: false };
    this.run = run;
    await this.replica.start({ ready: false });
    return run;
  }

  /**
   * Resolves once it says that it is ready.
   *
   * @param onUnready is called again and again while it says that it is not
   * @returns seconds from the start of its process
   * @throws Error with what it printed, when it is not ready in time
   */
  async untilReady(onUnready: () => Promise<void> = async () => undefined): Promise<number> {
    const run = this.run!;
    for (;;) {
      if (await this.replica.isReady()) {
        run.readyAtMs ??= performance.now();
        return (run.readyAtMs - run.startedAtMs) / 1_000;
      }
      if (performance.now() - run.startedAtMs > READY_WITHIN_MS) {
        throw new Error(`it was not ready within ${READY_WITHIN_MS / 1_000} s:\n${this.replica.output()}`);
      }
      await onUnready();
      await pause(BETWEEN_LOOKS_MS);
    }
  }

  isReady(): Promise<boolean> {
    return this.replica.isReady();
  }

  /** The text of `GET /health`. */
  async health(): Promise<string> {
    return (await fetch(`${this.url}/health`)).text();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.end();
    await this.replica.kill();
  }

  /** SIGTERM. @returns the exit code */
  async stop(): Promise<number> {
    this.end();
    return this.replica.stop();
  }

  output(): string {
    return this.replica.output();
  }

  private end(): void {
    if (this.run !== undefined) this.run.isOver = true;
  }
}
