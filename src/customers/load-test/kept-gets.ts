import { connect, type Socket } from 'node:net';
import { withoutBrackets } from '../../platform/host-and-port.js';

const TIMEOUT_MS = 10_000;
const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);
const STATUS_AT = 'HTTP/1.1 '.length;
const LENGTH = /\r\ncontent-length: *(\d+)/i;
/** Answers that have no body, whatever their head says of its length (RFC 9112, section 6.3). */
const WITHOUT_BODY = new Set([204, 304]);

/** What came for a GET. */
export interface GetAnswer {
  readonly status: number;
  /** Status line and headers, without the line that ends them. */
  readonly head: string;
  readonly body: Buffer;
  /** From the request until all of the answer was there. */
  readonly ms: number;
}

/** No answer came: the connection was lost, or ten seconds have passed. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

interface Waiting {
  readonly sentAtMs: number;
  readonly answered: (answer: GetAnswer) => void;
  readonly failed: (error: Error) => void;
}

/** One connection that is kept, with one GET under way at most. It costs less than Node's own client does. */
export class KeptGets {
  private unread: Buffer = NOTHING;
  private waiting: Waiting | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
    private readonly prefix: string,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('error', ({ message }) => this.fail(message));
    socket.on('close', () => this.fail('the connection was closed'));
    socket.setTimeout(TIMEOUT_MS, () => {
      if (this.waiting !== undefined) this.fail(`no answer within ${TIMEOUT_MS} ms`);
    });
  }

  /** @param url scheme `http:`, host, port, and what paths begin with. @throws Error when nobody listens there */
  static open(url: string): Promise<KeptGets> {
    const { host, hostname, port, pathname } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port || 80), withoutBrackets(hostname));
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new KeptGets(socket, host, pathname.replace(/\/+$/, '')));
      });
    });
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** @param path percent-encoded, with a leading slash. @throws NoAnswerError, after which the connection is closed */
  get(path: string): Promise<GetAnswer> {
    return new Promise((answered, failed) => {
      this.waiting = { sentAtMs: performance.now(), answered, failed };
      if (!this.isOpen) return this.fail('the connection was closed');
      this.socket.write(`GET ${this.prefix}${path} HTTP/1.1\r\nHost: ${this.host}\r\n\r\n`);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    this.unread = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes]);
    const headLength = this.unread.indexOf(HEAD_END);
    if (headLength < 0) return;
    const head = this.unread.toString('latin1', 0, headLength);
    const status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
    const length = WITHOUT_BODY.has(status) ? 0 : Number(LENGTH.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(length)) return this.fail('an answer without its length');
    const bodyStart = headLength + HEAD_END.length;
    if (this.unread.length < bodyStart + length) return;
    const body = this.unread.subarray(bodyStart, bodyStart + length);
    this.unread = this.unread.subarray(bodyStart + length);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.answered({ status, head, body, ms: performance.now() - waiting.sentAtMs });
  }

  private fail(message: string): void {
    const { waiting } = this;
    this.waiting = undefined;
    this.socket.destroy();
    waiting?.failed(new NoAnswerError(message));
  }
}

/** A header of an answer's head. @param name in lower case */
export function headerIn(head: string, name: string): string | undefined {
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    if (line.slice(0, colon).toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}
