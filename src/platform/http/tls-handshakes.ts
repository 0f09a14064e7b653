import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../logging/logger.js';
import { ProblemError } from './problem.js';
import { answerOnSocket } from './refused-protocols.js';
import { isHttps, tcpSocketOf } from './tls-sockets.js';

/** For all of a handshake, however its bytes trickle in. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Anybody can make handshakes fail, as many as they like. */
const LOG_EVERY_MS = 60_000;

/** OpenSSL's codes for a client whose first bytes are no TLS: mostly HTTP, by an URL with http:// in place of https://. */
const NOT_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_HTTPS_PROXY_REQUEST',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

const SPEAKS_HTTPS = new ProblemError(
  400,
  'this port speaks HTTPS alone: the URL has to begin with https://',
);

/** Ends connections of an HTTPS server whose handshake fails or takes too long; what is not TLS is told so in plain HTTP. */
export function endFailedHandshakes(server: Server, log: Logger): void {
  if (!isHttps(server)) return;
  let failed = 0;
  let loggedAtMs = -Infinity;
  // Node's own listener hands the failure to that of malformed requests, whose answer nobody could decrypt.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const { code } = error;
    const tcp = tcpSocketOf(socket);
    if (NOT_TLS.has(code ?? '') && tcp.writable) answerOnSocket(tcp, SPEAKS_HTTPS);
    socket.destroy();
    failed++;
    const now = performance.now();
    if (now - loggedAtMs < LOG_EVERY_MS) return;
    log.debug({ failed, code }, 'TLS handshakes of clients failed');
    loggedAtMs = now;
    failed = 0;
  });
}
