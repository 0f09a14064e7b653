import { freePorts } from '../../scripts/free-ports.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const READY_TIMEOUT_MS = 60_000;
const LIVE_TIMEOUT_MS = 5_000;

/** One of the programs that share the work: started, ended and started again on the same port. */
export class Replica {
  private program: WaybillProcess | undefined;
  private frozen = false;
  private ended: WaybillProcess | undefined;
  /** The checkout whose program it is; by default this one. */
  private root: string | undefined;

  private constructor(
    readonly name: string,
    readonly url: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async of(name: string, env: Readonly<Record<string, string>>): Promise<Replica> {
    const [port] = await freePorts(0);
    return new Replica(name, `http://127.0.0.1:${port}`, { ...env, SERVER_PORT: String(port) });
  }

  /** Whether a load balancer would send it requests. */
  get takesRequests(): boolean {
    return this.program !== undefined && !this.frozen;
  }

  /** Whether its program has ended though nobody told it to. */
  get hasEndedByItself(): boolean {
    return this.program !== undefined && this.ended === this.program;
  }

  /** From its next start on it is the program of another checkout. */
  become(root: string | undefined): void {
    this.root = root;
  }

  async start({ ready = true } = {}): Promise<void> {
    const { root } = this;
    const program = await startWaybill({ env: { ...this.env }, ready, ...(root !== undefined && { root }) });
    this.program = program;
    void program.exited.then(() => (this.ended = program));
  }

  /** SIGKILL, whatever it is doing. */
  async kill(): Promise<void> {
    const program = this.program;
    this.program = undefined;
    await program?.kill();
  }

  /** SIGTERM. @returns the exit code */
  async stop(): Promise<number> {
    const program = this.program;
    this.program = undefined;
    return program === undefined ? 0 : program.stop();
  }

  freeze(): void {
    this.frozen = true;
    process.kill(this.program!.pid, 'SIGSTOP');
  }

  wake(): void {
    process.kill(this.program!.pid, 'SIGCONT');
    this.frozen = false;
  }

  /** What it has printed since its last start. */
  output(): string {
    return this.program?.output() ?? '';
  }

  isReady(): Promise<boolean> {
    return this.saysOk('/health/ready', READY_TIMEOUT_MS);
  }

  isLive(): Promise<boolean> {
    return this.saysOk('/health/live', LIVE_TIMEOUT_MS);
  }

  private saysOk(path: string, timeoutMs: number): Promise<boolean> {
    return fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(timeoutMs) }).then(
      async (answer) => (await answer.text(), answer.ok),
      () => false,
    );
  }
}
