import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { ConnectionScheduler, ScheduledConnection } from './connection-scheduler.js';
import { isHttps, socketEventOf, tcpSocketOf } from './tls-sockets.js';

/** When a client pipelines more bytes than this, requests are counted before Node parses them, on all connections. */
const MAX_PARSED_AHEAD = 16;
/** Bytes parsed at a time before the requests in them are counted: at most 40 requests, mostly a dozen. */
const SLICE_BYTES = 1_024;
/** For this long after such a client, new connections are parsed in slices from their first byte. */
const WARY_MS = 60_000;

const CONNECTION = Symbol('the requests of a connection');

/** Fields of Node's HTTP sockets that its types lack. */
interface HttpSocket extends Socket {
  /** Set while Node waits for the client to read responses and gives the parser no bytes. */
  readonly _paused?: boolean;
  readonly _handle?: { reading: boolean; readStart(): void } | null;
  [CONNECTION]?: Connection;
}

type ToParser = (bytes: Buffer) => void;

/** What may give way to another connection: a connection, or one whose TLS handshake is under way. */
interface Place {
  readonly lastUse: number;
  isFree(): boolean;
  close(): void;
}

/**
 * The requests of one connection, answered one after the other: the next is begun once the answer before is out.
 * RFC 9112 (section 9.3.2) lets clients send requests ahead, and Node begins them all at once, hundreds of a single
 * piece of bytes. Nothing here is done for a client that waits for each answer but to note the newest.
 */
class Connection extends ScheduledConnection {
  private current: ServerResponse | undefined;
  /** The newest request's, begun or not. */
  private newest: ServerResponse | undefined;
  private readonly ahead: { request: IncomingMessage; response: ServerResponse }[] = [];
  /** Bytes received after the last parsed request. */
  private rest: Buffer | undefined;
  /** Node's function from bytes to the parser, once its listener has been replaced. */
  private toParser: ToParser | undefined;
  /** The client has closed its side; Node would close the server's side at once. */
  private closeOurs: (() => void) | undefined;
  private isEnding = false;
  private readonly onAnswered = (): void => this.connections.turns.next(this);

  constructor(
    private readonly socket: HttpSocket,
    private readonly connections: Connections,
    /** Sequence number of the newest request, or of the connection itself: the lowest has been idle the longest. */
    private usedAs: number,
  ) {
    super();
  }

  get lastUse(): number {
    return this.usedAs;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Whether the connection is idle: no request is being answered or waiting. */
  isFree(): boolean {
    return this.newest === undefined || this.newest.closed;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    this.usedAs = this.connections.nextUse();
    if (this.isFree()) {
      this.newest = this.current = response;
      this.connections.listener(request, response);
    } else if (this.isEnding) {
      this.discardRest();
    } else {
      this.keep(request, response);
    }
  }

  /** Answers the next request. */
  proceed(): void {
    if (!this.socket.writable || this.isEnding) return;
    const next = this.ahead.shift();
    if (next !== undefined) {
      this.current = next.response.once('close', this.onAnswered);
      this.connections.listener(next.request, next.response);
    }
    if (this.ahead.length === 0) this.parseOn();
    if (this.isFree()) this.closeOurs?.();
  }

  /** The answer under way is the connection's last: what comes behind it is read, so that its end is, and dropped. */
  endWithAnswer(): void {
    this.isEnding = true;
    if (this.isHolding()) this.discardRest();
  }

  /**
   * Intercepts the bytes before the parser. Node's parser reads the socket directly until a second `data` listener is there;
   * that costs a tenth of a request, so it is done only once somebody pipelines.
   */
  stepBeforeParser(): void {
    const { socket } = this;
    if (this.toParser !== undefined || socket.destroyed) return;
    const [toParser] = socket.listeners('data') as [ToParser];
    this.toParser = toParser;
    const handle = socket._handle;
    if (handle?.reading === false) {
      // A body that is not read has stopped it; the stream, which reads now, takes it for running.
      handle.reading = true;
      handle.readStart();
    }
    socket.off('data', toParser);
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    const onEnd = socket.listeners('end').at(-1) as () => void;
    socket.off('end', onEnd);
    socket.on('end', () => this.end(onEnd));
    // Node resumes the socket after each answer.
    socket.resume = () => (this.isHolding() ? socket : Socket.prototype.resume.call(socket));
  }

  private isHolding(): boolean {
    return this.rest !== undefined || this.ahead.length > 0;
  }

  private keep(request: IncomingMessage, response: ServerResponse): void {
    this.stepBeforeParser();
    this.newest = response;
    this.ahead.push({ request, response });
    if (this.ahead.length === 1) {
      this.comeBack();
      this.socket.pause();
    }
    if (this.ahead.length === MAX_PARSED_AHEAD) this.connections.beWary();
  }

  /** Once the answer under way is out. */
  private comeBack(): void {
    this.current!.off('close', this.onAnswered).once('close', this.onAnswered);
  }

  private end(closeOurs: () => void): void {
    const isCutOff = this.rest === undefined && this.newest?.req.complete === false;
    if (this.isFree() || this.isEnding || isCutOff) return closeOurs();
    this.closeOurs = closeOurs;
    this.comeBack();
  }

  private discardRest(): void {
    this.stepBeforeParser();
    this.ahead.length = 0;
    this.rest = undefined;
    this.socket.resume();
  }

  private receive(bytes: Buffer): void {
    if (this.isEnding) return;
    if (this.rest === undefined) this.parse(bytes);
    else this.hold(Buffer.concat([this.rest, bytes]));
  }

  private parseOn(): void {
    const { rest } = this;
    this.rest = undefined;
    if (rest !== undefined) this.parse(rest);
    this.socket.resume();
  }

  /** Parses until a request has to wait. */
  private parse(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      if (this.ahead.length > 0 || this.socket._paused === true) return this.hold(bytes.subarray(at));
      this.toParser!(bytes.subarray(at, at + SLICE_BYTES));
      if (this.isEnding || this.socket.destroyed) return;
    }
  }

  private hold(rest: Buffer): void {
    this.rest = rest;
    this.socket.pause();
  }
}

class Connections {
  readonly turns = new ConnectionScheduler();
  private readonly open = new Set<Connection>();
  /** By their TCP sockets. */
  private readonly handshakes = new Map<Socket, Place>();
  private waryUntilMs = 0;
  private uses = 0;

  constructor(readonly listener: RequestListener) {}

  addHandshake(tcp: Socket): void {
    const close = (): unknown => tcp.destroy();
    this.handshakes.set(tcp, { lastUse: this.nextUse(), isFree: () => true, close });
    tcp.once('close', () => this.handshakes.delete(tcp));
  }

  add(socket: HttpSocket): void {
    const tcp = tcpSocketOf(socket);
    const connection = new Connection(socket, this, this.handshakes.get(tcp)?.lastUse ?? this.nextUse());
    this.handshakes.delete(tcp);
    socket[CONNECTION] = connection;
    this.open.add(connection);
    socket.once('close', () => this.open.delete(connection));
    if (this.waryUntilMs > 0 && performance.now() < this.waryUntilMs) connection.stepBeforeParser();
  }

  nextUse(): number {
    return ++this.uses;
  }

  /** @returns false when none is idle */
  closeLongestIdle(): boolean {
    const [handshake] = this.handshakes;
    let longest = handshake?.[1];
    for (const one of this.open) {
      if (one.isFree() && (longest === undefined || one.lastUse < longest.lastUse)) longest = one;
    }
    if (longest === undefined) return false;
    if (longest instanceof Connection) this.open.delete(longest);
    else this.handshakes.delete(handshake![0]);
    longest.close();
    return true;
  }

  /**
   * Parsing 64 KiB of pipelined requests in one go, as Node does, takes milliseconds and megabytes. The first connection to
   * do so gets away with it; from then on all connections are parsed in slices.
   */
  beWary(): void {
    const now = performance.now();
    if (now > this.waryUntilMs) for (const connection of this.open) connection.stepBeforeParser();
    this.waryUntilMs = now + WARY_MS;
  }
}

/**
 * Processes the requests of each connection one after the other, and connections with pipelined requests round-robin. To
 * be called once all listeners for requests are in place.
 *
 * @returns what closes the connection that has been without a request for the longest time, or says that none is idle
 */
export function answerInTurns(server: Server): () => boolean {
  const [listener] = server.listeners('request') as [RequestListener];
  const connections = new Connections(listener);
  server.off('request', listener);
  if (isHttps(server)) server.on('connection', (tcp: Socket) => connections.addHandshake(tcp));
  server.on(socketEventOf(server), (socket: HttpSocket) => connections.add(socket));
  server.on('request', (request, response) => {
    (request.socket as HttpSocket)[CONNECTION]!.take(request, response);
  });
  return () => connections.closeLongestIdle();
}

/** To be called for an answer without an end: nothing behind it on its connection is ever begun. */
export function endConnectionWith(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  const socket: HttpSocket | null = response.socket;
  socket?.[CONNECTION]?.endWithAnswer();
}
