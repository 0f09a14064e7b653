import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { Failures } from '../failures/failures.js';
import type { Logger } from '../logging/logger.js';
import { MAX_BODY_BYTES } from './incoming-body.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemError } from './problem.js';
import { answerOnSocket } from './refused-protocols.js';
import type { ServerPair } from './server-certificate.js';
import { endFailedHandshakes, HANDSHAKE_TIMEOUT_MS } from './tls-handshakes.js';
import type { TrustsProxy } from './trusted-proxies.js';

const REQUEST_TIMEOUT_MS = 30_000;
/** Node takes a request's head up to this length; a parameter is judged by its route, which says more than 414. */
const MAX_PATH_PARAMETER_CHARACTERS = 16_384;

export interface HttpAdapterOptions {
  /** HTTPS is served by it, in place of HTTP. */
  readonly tls?: ServerPair | undefined;
  /** Whose X-Forwarded-* fields Fastify takes for what is so; by default nobody's. */
  readonly trustsProxy?: TrustsProxy | undefined;
}

/**
 * Fastify for Nest. Bodies reach the controllers as the bytes that came, whatever their type: what an event and a
 * request hold is then read, and judged, by the same code.
 */
export function createHttpAdapter(
  log: Logger,
  { tls, trustsProxy }: HttpAdapterOptions = {},
): FastifyAdapter {
  // What Fastify itself finds fault with tells by its status.
  const problems = new ProblemFilter(log, new Failures([]));
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER_CHARACTERS },
    forceCloseConnections: 'idle',
    // What still comes in on an open connection while we stop is answered, and the connection closed.
    return503OnClosing: false,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      problems.answer(error, request, reply),
    clientErrorHandler: answerMalformed,
    trustProxy: trustsProxy ?? false,
    ...(tls && {
      // A client may close its side behind its last request; over plain HTTP Node allows that by itself.
      https: { ...tls, allowHalfOpen: true, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
    }),
  });
  endFailedHandshakes(adapter.getInstance<FastifyInstance>().server, log);
  return adapter;
}

/** Node's codes of what is wrong with a request's head, and the answer; anything else is 400. */
const MALFORMED: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the header is larger than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long to arrive'],
};

/** What is not even HTTP never becomes a request, and has only its socket to be answered on. */
function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const [status, detail] = MALFORMED[error.code ?? ''] ?? [400, 'the request is not valid HTTP/1.1'];
  answerOnSocket(socket, new ProblemError(status, detail));
}
