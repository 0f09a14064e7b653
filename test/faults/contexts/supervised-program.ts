import { freePorts } from '../../../scripts/free-ports.js';
import { eventually } from '../../support/eventually.js';
import { type Exit, startWaybill, type WaybillProcess } from '../../support/waybill-process.js';

const READY_TIMEOUT_MS = 60_000;
const NOT_STARTED: Exit = { code: null, signal: null };

/** How the program died, and when it listened again. */
export interface Death extends Exit {
  readonly atMs: number;
  listensAgainAtMs?: number;
}

/** The program under something that starts it again whenever it ends, as systemd or Kubernetes would. */
export class SupervisedProgram {
  readonly deaths: Death[] = [];
  private program: WaybillProcess | undefined;
  private ended = false;
  private supervising: Promise<void> = Promise.resolve();

  private constructor(
    readonly url: string,
    private readonly path: string | undefined,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Resolves when it is ready. @param path of the program; by default the one that was built */
  static async start(
    path: string | undefined,
    env: Readonly<Record<string, string>>,
  ): Promise<SupervisedProgram> {
    const [port] = await freePorts(0);
    const url = `http://127.0.0.1:${port}`;
    const supervised = new SupervisedProgram(url, path, { ...env, SERVER_PORT: String(port) });
    supervised.supervising = supervised.supervise();
    await supervised.untilReady();
    return supervised;
  }

  /** Undefined while there is no process. */
  get pid(): number | undefined {
    return this.program?.pid;
  }

  async untilReady(): Promise<void> {
    await eventually(
      async () => {
        const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`not ready: ${text}\n${this.output().slice(-2_000)}`);
      },
      { timeoutMs: READY_TIMEOUT_MS },
    );
  }

  /** SIGKILL, and it is started again. */
  async kill(): Promise<void> {
    await this.program?.kill();
  }

  output(): string {
    return this.program?.output() ?? '';
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.program?.stop().catch(() => this.program?.kill());
    await this.supervising;
  }

  private async supervise(): Promise<void> {
    while (!this.ended) {
      const exit = await this.runOnce();
      this.program = undefined;
      if (!this.ended) this.deaths.push({ ...exit, atMs: performance.now() });
    }
  }

  private async runOnce(): Promise<Exit> {
    let program: WaybillProcess;
    try {
      program = await startWaybill({ program: this.path, env: { ...this.env }, ready: false });
    } catch {
      return NOT_STARTED;
    }
    this.program = program;
    if (this.ended) await program.stop();
    const last = this.deaths.at(-1);
    if (last !== undefined) last.listensAgainAtMs ??= performance.now();
    const exit = await program.exited;
    // Removes what belonged to it.
    await program.kill();
    return exit;
  }
}
