import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { beforeRequests } from './request-gate.js';
import { tcpSocketOf } from './tls-sockets.js';

const SWEEP_EVERY_MS = 50;
/** What a client may have sent in the moment in which we stopped listening is taken in for this long. */
const SILENCE_MS = 500;

/**
 * Lets a server close. Node's `close` waits for every connection, and closes only those that are idle when it is
 * called: not one whose request was under way then and that is kept alive after it, and not one on which no request
 * has come yet, such as browsers open ahead of need, or whose TLS handshake is under way.
 */
export class OpenConnections {
  private readonly silent = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.silent.add(socket);
      socket.once('close', () => this.silent.delete(socket));
    });
    beforeRequests(server, ({ socket }) => {
      if (this.silent.size > 0) this.silent.delete(tcpSocketOf(socket));
      return false;
    });
  }

  /** Closes the server by `close`; requests under way have `limitMs` to end, and are cut off then. */
  async drain(close: () => Promise<void>, limitMs: number): Promise<void> {
    const sweep = setInterval(() => this.server.closeIdleConnections(), SWEEP_EVERY_MS);
    const silence = setTimeout(() => {
      for (const socket of this.silent) socket.destroy();
    }, SILENCE_MS);
    const limit = setTimeout(() => this.server.closeAllConnections(), limitMs);
    try {
      await close();
    } finally {
      clearInterval(sweep);
      clearTimeout(silence);
      clearTimeout(limit);
    }
  }
}
