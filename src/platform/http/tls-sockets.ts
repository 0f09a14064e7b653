import type { Server } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/** `_parent` is a field of Node's sockets that its types lack: the TCP socket of a TLS one, null of others. */
interface LayeredSocket extends Socket {
  readonly _parent?: Socket | null;
}

export const isHttps = (server: Server): boolean => server instanceof HttpsServer;

/**
 * The event of a server that brings the socket which requests come over. That of an HTTPS server is a TLS one, and comes once
 * the handshake is done; `connection` brings the TCP socket that carries it before.
 */
export const socketEventOf = (server: Server): 'connection' | 'secureConnection' =>
  isHttps(server) ? 'secureConnection' : 'connection';

/** The TCP socket that a connection's bytes go over: of a plain connection, the socket itself. */
export const tcpSocketOf = (socket: Socket): Socket => (socket as LayeredSocket)._parent ?? socket;
