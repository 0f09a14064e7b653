import { readFileSync } from 'node:fs';
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Counter, register } from 'prom-client';
import type { Logger } from '../logging/logger.js';
import { observeGauge } from '../metrics/observed-gauge.js';
import { problemAnswer } from './problem-answer.js';
import { isHttps, tcpSocketOf } from './tls-sockets.js';

/** File descriptors kept for everything but clients and PostgreSQL: Kafka, Redis, files, standard streams. */
const RESERVED_FILES = 128;
const LEAST_CONNECTIONS = 16;
/** Whoever is refused has this long to read why; of more than so many at once nobody waits. */
const LINGER_MS = 1_000;
const MAX_LINGERING = 64;

/** How many files this process may have open; undefined where that cannot be known. Node has raised it to the most. */
export function openFilesLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** File descriptors left for client connections, which must never use up those of the database and Kafka. */
export function connectionsWithin(
  setting: number,
  openFiles: number | undefined,
  poolSize: number,
  log: Logger,
): number {
  const possible = Math.max((openFiles ?? Infinity) - RESERVED_FILES - poolSize, LEAST_CONNECTIONS);
  if (setting <= possible) return setting;
  log.warn(
    { setting, possible, openFiles },
    'MAX_CONNECTIONS is more than the limit of open files leaves room for (ulimit -n)',
  );
  return possible;
}

/**
 * Bounds the connections of a server. When all are taken, the one that has been idle the longest gives way to a new one;
 * where every one has a request under way, the new one is answered 503 and closed.
 */
export class ConnectionLimit {
  private readonly open = new Set<Socket>();
  /** TCP sockets of those whose refusal waits for the TLS handshake. */
  private readonly refusedLater = new WeakSet<Socket>();
  private lingering = 0;
  private readonly turnedAway: Counter<'how'>;

  /** @param closeLongestIdle closes a connection, or says that none is idle */
  constructor(
    private readonly max: number,
    private readonly closeLongestIdle: () => boolean,
  ) {
    observeGauge(
      'waybill_http_connections',
      'Open client connections. Look when it nears MAX_CONNECTIONS',
      () => this.open.size,
    );
    const name = 'waybill_http_connections_turned_away_total';
    register.removeSingleMetric(name);
    this.turnedAway = new Counter({
      name,
      help: 'Client connections closed while idle, or refused, because MAX_CONNECTIONS were open. Look when refused rises: raise it or add a process',
      labelNames: ['how'],
    });
    for (const how of ['closed_idle', 'refused']) this.turnedAway.inc({ how }, 0);
  }

  /**
   * Registers ahead of every listener for connections that the server has so far. Connections of an HTTPS server count from
   * before their handshake, and who is refused is told behind it.
   */
  watch(server: Server): void {
    goAhead(server, 'connection', (socket, accept) => {
      if (!this.hasRoom()) return this.refuse(socket, isHttps(server) ? accept : undefined);
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
      accept();
    });
    goAhead(server, 'secureConnection', (socket, accept) => {
      if (this.refusedLater.has(tcpSocketOf(socket))) answer(socket);
      else accept();
    });
  }

  private hasRoom(): boolean {
    if (this.open.size < this.max) return true;
    if (!this.closeLongestIdle()) return false;
    this.turnedAway.inc({ how: 'closed_idle' });
    return true;
  }

  /** @param encrypt begins the handshake of a connection that needs one before it can be answered */
  private refuse(socket: Socket, encrypt?: () => void): void {
    this.turnedAway.inc({ how: 'refused' });
    socket.on('error', () => undefined);
    if (this.lingering >= MAX_LINGERING) {
      socket.destroy();
      return;
    }
    this.lingering++;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => {
      clearTimeout(timer);
      this.lingering--;
    });
    if (encrypt === undefined) return answer(socket);
    this.refusedLater.add(socket);
    encrypt();
  }
}

/** Has each socket of such an event looked at before the listeners that the server has for it: they get it by `accept`. */
function goAhead(
  server: Server,
  event: 'connection' | 'secureConnection',
  look: (socket: Socket, accept: () => void) => void,
): void {
  const listeners = server.listeners(event) as ((socket: Socket) => void)[];
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) => {
    look(socket, () => {
      for (const listener of listeners) listener.call(server, socket);
    });
  });
}

function answer(socket: Socket): void {
  socket.on('error', () => undefined);
  // The client's bytes are read, since closing with unread bytes resets the connection and loses the answer.
  socket.resume().end(REFUSAL);
}

const REFUSAL = ((): string => {
  const message = 'there are as many connections as there may be; try again shortly';
  const { status, headers, body } = problemAnswer(
    { status: 503, message, headers: { 'retry-after': '1' } },
    '',
  );
  const fields = headers.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields}connection: close\r\n\r\n${String(body)}`;
})();
