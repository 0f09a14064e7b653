import { keyOf } from './bench-entries.js';
import type { Kind } from './load-task.js';
import { RequestBytes } from './request-bytes.js';
import { type ConnectionUser, SendingConnection } from './sending-connection.js';

/** Who is told what becomes of requests. */
export interface CallerUser {
  onAnswer(caller: Caller, status: number, body: Buffer): void;
  /** It is of no use until it is open again. @param wasWaiting whether its request will not be answered now */
  onLost(caller: Caller, wasWaiting: boolean): void;
  onOpen(caller: Caller): void;
}

/** A connection, and the request that it has under way. */
export class Caller implements ConnectionUser {
  kind: Kind = 'reads';
  dueAtMs = 0;
  private number = 0;
  private readonly connection: SendingConnection;
  private readonly read: RequestBytes;
  private readonly write: RequestBytes;

  /** @param areKnown whether keys are asked for that there are entries of */
  constructor(
    url: URL,
    areKnown: boolean,
    private readonly user: CallerUser,
  ) {
    this.connection = new SendingConnection(url, this);
    this.read = RequestBytes.read(url.host, areKnown);
    this.write = RequestBytes.write(url.host);
  }

  open(): void {
    this.connection.open();
  }

  ask(number: number, dueAtMs: number, nowMs: number): void {
    this.begin('reads', number, dueAtMs);
    this.connection.send(this.read.for(number), nowMs);
  }

  put(number: number, write: number, dueAtMs: number, nowMs: number): void {
    this.begin('writes', number, dueAtMs);
    this.connection.send(this.write.for(number, write), nowMs);
  }

  /** Whether an answer is of the entry that was asked for. */
  isMeantBy(body: Buffer): boolean {
    return body.includes(`"key":"${keyOf(this.number)}"`);
  }

  /** Gives up what has been under way for too long. */
  dropSince(sentAtMs: number): void {
    if (this.connection.sentAtMs !== undefined && this.connection.sentAtMs < sentAtMs) this.connection.drop();
  }

  close(): void {
    this.connection.close();
  }

  onAnswer(status: number, body: Buffer): void {
    this.user.onAnswer(this, status, body);
  }

  onLost(wasWaiting: boolean): void {
    this.user.onLost(this, wasWaiting);
  }

  onOpen(): void {
    this.user.onOpen(this);
  }

  private begin(kind: Kind, number: number, dueAtMs: number): void {
    this.kind = kind;
    this.number = number;
    this.dueAtMs = dueAtMs;
  }
}
