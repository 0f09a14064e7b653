import { connect, type Socket } from 'node:net';
import type { User } from '../../../src/promos/model/user.js';

const TIMEOUT_MS = 10_000;
const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

/** What a caller was told, or that nothing came. */
export interface UserAnswer {
  readonly userId: string;
  /** 0: no answer came. */
  readonly status: number;
  /** As the answer has it, such as `ok:redis`; of an answer that is not the route's own, its first characters. */
  readonly message: string;
  readonly user?: User | undefined;
  readonly retryAfter?: string | undefined;
  /** By the clock of `performance.now()`. */
  readonly sentAtMs: number;
  /** Until all of it was there. */
  readonly tookMs: number;
}

interface Waiting {
  readonly userId: string;
  readonly sentAtMs: number;
  readonly resolve: (answer: UserAnswer) => void;
}

/** A caller with one connection, which asks for one user after the other. It costs less than Node's own client does. */
export class UserConnection {
  private unread: Buffer = NOTHING;
  private waiting: Waiting | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('error', (error) => this.fail(error.message));
    socket.on('close', () => this.fail('the connection was closed'));
    socket.setTimeout(TIMEOUT_MS, () => {
      if (this.waiting !== undefined) socket.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`));
    });
  }

  /** @throws Error when nobody listens there */
  static open(url: string): Promise<UserConnection> {
    const { host, hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new UserConnection(socket, host));
      });
    });
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** Never fails: that nothing came is an answer too. */
  ask(userId: string): Promise<UserAnswer> {
    return new Promise((resolve) => {
      this.waiting = { userId, sentAtMs: performance.now(), resolve };
      if (!this.isOpen) return this.fail('the connection was closed');
      this.socket.write(`GET /v1/users?user_id=${userId} HTTP/1.1\r\nHost: ${this.host}\r\n\r\n`);
    });
  }

  /** Hangs up, whatever is under way. */
  close(): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    this.unread = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes]);
    const headLength = this.unread.indexOf(HEAD_END);
    if (headLength < 0) return;
    const head = this.unread.toString('latin1', 0, headLength);
    const bodyStart = headLength + HEAD_END.length;
    const bodyEnd = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(bodyEnd)) return this.fail(`an answer without its length: ${head}`);
    if (this.unread.length < bodyEnd) return;
    const body = this.unread.toString('utf8', bodyStart, bodyEnd);
    this.unread = this.unread.subarray(bodyEnd);
    this.settle({
      status: Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)),
      retryAfter: /\r\nretry-after: *(\S+)/i.exec(head)?.[1],
      ...toldBy(body),
    });
  }

  private fail(message: string): void {
    this.settle({ status: 0, message });
  }

  private settle(answer: Omit<UserAnswer, 'userId' | 'sentAtMs' | 'tookMs'>): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting === undefined) return;
    const { userId, sentAtMs, resolve } = waiting;
    resolve({ ...answer, userId, sentAtMs, tookMs: performance.now() - sentAtMs });
  }
}

function toldBy(body: string): { message: string; user?: User } {
  try {
    const { message, user_id, deeplink, promo_message } = JSON.parse(body) as User & { message?: string };
    if (message === undefined) return { message: body.slice(0, 200) };
    return user_id === undefined ? { message } : { message, user: { user_id, deeplink, promo_message } };
  } catch {
    return { message: body.slice(0, 200) };
  }
}
