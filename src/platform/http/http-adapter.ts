import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import type { Logger } from '../logging/logger.js';
import { bodyOf, PROBLEM_TYPE, ProblemFilter } from './problem.filter.js';
import { ProblemError } from './problem.js';

const MAX_BODY_BYTES = 1_048_576;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_PATH_PARAMETER_CHARACTERS = 1_024;

/**
 * Fastify for Nest. Bodies reach the controllers as the bytes that came, whatever their type: what an event and a
 * request hold is then read, and judged, by the same code.
 */
export function createHttpAdapter(log: Logger): FastifyAdapter {
  const problems = new ProblemFilter(log);
  return new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER_CHARACTERS },
    forceCloseConnections: 'idle',
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      problems.answer(error, request, reply),
    clientErrorHandler: answerMalformed,
  });
}

/** Replaces Fastify's own parsers. To be called before Nest sets up its routes. */
export function takeBodiesAsBytes(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** What is not even HTTP never becomes a request, and has only its socket to be answered on. */
function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const problem = new ProblemError(status, 'the request is not valid HTTP/1.1');
  const body = bodyOf(problem);
  socket.end(
    `HTTP/1.1 ${status} \r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
