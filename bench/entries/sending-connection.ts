import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS_AT = 'HTTP/1.1 '.length;
const STATUS_DIGITS = 3;
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const READ_BYTES = 16_384;
const OPEN_AGAIN_MS = 100;

/** Who is told what becomes of a connection's requests. */
export interface ConnectionUser {
  /** All of the answer is there. @param body in the connection's own memory, until the next request is sent */
  onAnswer(status: number, body: Buffer): void;
  /** It is closed. @param wasWaiting whether its request will not be answered now */
  onLost(wasWaiting: boolean): void;
  /** The connection can be used: for the first time, or again. */
  onOpen(): void;
}

/**
 * A connection that is kept, for one request at a time, and that is opened again when it is lost. What comes is read into
 * memory of its own, since streams would cost as much as all else that a request costs its sender.
 */
export class SendingConnection {
  /** When its request was sent; undefined: it has none under way. */
  sentAtMs: number | undefined;
  private readonly memory = Buffer.allocUnsafe(READ_BYTES);
  /** The beginning of an answer that is not all there. */
  private begun: Buffer | undefined;
  private socket: Socket | undefined;
  private isClosed = false;

  constructor(
    private readonly url: URL,
    private readonly user: ConnectionUser,
  ) {}

  open(): void {
    const { url, memory } = this;
    const socket = connect({
      port: Number(url.port),
      host: url.hostname,
      noDelay: true,
      onread: {
        buffer: memory,
        callback: (bytes) => {
          this.take(memory.subarray(0, bytes));
          return true;
        },
      },
    });
    this.socket = socket;
    socket.once('connect', () => this.user.onOpen());
    // What has failed is closed then.
    socket.on('error', () => undefined);
    socket.once('close', () => this.lose());
  }

  /** @param request not to be changed before its answer is there */
  send(request: Buffer, nowMs: number): void {
    this.sentAtMs = nowMs;
    this.socket!.write(request);
  }

  /** Gives up what is under way. */
  drop(): void {
    this.socket?.destroy();
  }

  close(): void {
    this.isClosed = true;
    this.drop();
  }

  private take(chunk: Buffer): void {
    const bytes = this.begun === undefined ? chunk : Buffer.concat([this.begun, chunk]);
    const headLength = bytes.indexOf(HEAD_END);
    if (headLength >= 0) {
      const head = bytes.toString('latin1', 0, headLength);
      const bodyAt = headLength + HEAD_END.length;
      const end = bodyAt + Number(LENGTH.exec(head)?.[1] ?? NaN);
      // One without its length, or that nobody has asked for.
      if (Number.isNaN(end) || this.sentAtMs === undefined) return this.drop();
      if (bytes.length >= end) {
        this.begun = undefined;
        this.sentAtMs = undefined;
        const status = Number(head.slice(STATUS_AT, STATUS_AT + STATUS_DIGITS));
        this.user.onAnswer(status, bytes.subarray(bodyAt, end));
        return;
      }
    }
    this.begun = this.begun === undefined ? Buffer.from(bytes) : bytes;
  }

  private lose(): void {
    const wasWaiting = this.sentAtMs !== undefined;
    this.begun = undefined;
    this.sentAtMs = undefined;
    if (this.isClosed) return;
    this.user.onLost(wasWaiting);
    setTimeout(() => this.isClosed || this.open(), OPEN_AGAIN_MS);
  }
}
