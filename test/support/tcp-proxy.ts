import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../../scripts/free-ports.js';

/** One connection through the proxy: what the client holds, and what stands behind it. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * Looks at what a client sends. `cut after` hands it on and then breaks the connection; `cut after the answer` lets
 * the server do what it was asked, and breaks the connection in place of its answer.
 */
export type Trap = (sent: Buffer) => 'cut after' | 'cut after the answer' | undefined;

/** A wire between two programs that can be cut, slowed down, muted, and set a trap. The target may change. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private trap: Trap | undefined;
  private delayMs = 0;
  private silent = false;
  /** How many connections there have been so far. */
  accepted = 0;
  /** How many connections the present trap, or the last one, has broken. */
  trapped = 0;

  private constructor(
    private readonly listener: Server,
    readonly port: number,
    /** Port on the loopback that connections are handed on to. */
    public target: number,
    private readonly host: string,
  ) {
    listener.on('connection', (client) => this.join(client));
  }

  /**
   * @param target may be 0, for a server that is not there yet
   * @param host the address of the loopback that it listens on
   */
  static async open(target = 0, host: '127.0.0.1' | '::1' = '127.0.0.1'): Promise<TcpProxy> {
    const listener = createServer();
    // It is to be had again after `refuse`.
    const [port] = await freePorts(0);
    await listen(listener, port, host);
    return new TcpProxy(listener, port, target, host);
  }

  /** Nobody is there any more: connections are broken, and new ones refused. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.listener.close(resolve));
    this.cutAll();
    await closed;
  }

  /** Ends `refuse`. */
  async accept(): Promise<void> {
    if (!this.listener.listening) await listen(this.listener, this.port, this.host);
  }

  /** Breaks every connection. @returns how many there were */
  cutAll(): number {
    const { size } = this.pairs;
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    return size;
  }

  /** Each answer of the server arrives this much later from now on; 0 ends it. */
  delayAnswers(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Nothing that the server says gets through, and nothing is broken, until `speak`. What it said meanwhile is lost. */
  mute(): void {
    this.silent = true;
  }

  /** As where a server was replaced without a word: connections that there are stay silent, and new ones are as usual. */
  muteThoseThereAre(): void {
    for (const { server } of this.pairs) server.pause();
  }

  /** Ends `mute`; connections that something was lost of are broken, as a peer would find out. */
  speak(): void {
    this.silent = false;
    this.cutAll();
  }

  /** From now on, until `disarm`. */
  arm(trap: Trap): void {
    this.trap = trap;
    this.trapped = 0;
  }

  disarm(): void {
    this.trap = undefined;
  }

  close(): Promise<void> {
    return this.refuse();
  }

  private join(client: Socket): void {
    this.accepted += 1;
    const server = connect(this.target, '127.0.0.1');
    const pair = { client, server };
    this.pairs.add(pair);
    let answersAreLost = false;
    let lastDueMs = 0;
    const delayed: Buffer[] = [];
    const end = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (sent: Buffer) => {
      const verdict = this.trap?.(sent);
      if (verdict !== undefined) this.trapped += 1;
      answersAreLost ||= verdict === 'cut after the answer';
      passOn(client, server, sent);
      // Once the bytes are with the kernel the server reads them, and only then that nobody listens any more.
      if (verdict === 'cut after') server.end(() => end());
    });
    server.on('data', (answer: Buffer) => {
      if (this.silent) return;
      if (answersAreLost) {
        end();
        return;
      }
      // None may overtake one before it that was delayed more.
      lastDueMs = Math.max(lastDueMs, Date.now() + this.delayMs);
      const waitMs = lastDueMs - Date.now();
      if (waitMs <= 0 && delayed.length === 0) return passOn(server, client, answer);
      delayed.push(answer);
      // Whichever of the timers comes first: those of other lengths may be a millisecond early.
      setTimeout(() => passOn(server, client, delayed.shift()!), waitMs);
    });
  }
}

function listen(listener: Server, port: number, host: string): Promise<void> {
  return new Promise((listening, failed) => {
    listener.once('error', failed);
    listener.listen(port, host, () => {
      listener.off('error', failed);
      listening();
    });
  });
}

/** Holds the sender back while the receiver does not read. */
function passOn(from: Socket, to: Socket, bytes: Buffer): void {
  if (to.destroyed || to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
