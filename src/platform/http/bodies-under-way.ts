import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { MAX_BODY_BYTES } from './http-adapter.js';
import { TooBusyError } from './too-busy.error.js';

const MAX_BYTES_UNDER_WAY = 32 * 1_048_576;

/**
 * Bounds the memory that bodies take from their first byte to their answer, however many clients send at once: what a
 * request announces counts, since all of it may have to be held while it is read. Who would be too much gets 503
 * before any of the body is read.
 */
export function limitBodiesUnderWay(fastify: FastifyInstance, maxBytes = MAX_BYTES_UNDER_WAY): void {
  let bytesUnderWay = 0;
  fastify.addHook('onRequest', (request, reply, done) => {
    const bytes = announcedBytes(request.headers);
    if (bytes === 0) return done();
    if (bytesUnderWay + bytes > maxBytes) return done(new TooBusyError('too many bodies are under way'));
    bytesUnderWay += bytes;
    reply.raw.once('close', () => (bytesUnderWay -= bytes));
    done();
  });
}

/** Of a body that is too large no more than the limit is ever read; one of unknown length may have it all. */
function announcedBytes(headers: IncomingHttpHeaders): number {
  if (headers['transfer-encoding'] !== undefined) return MAX_BODY_BYTES;
  const length = headers['content-length'];
  return length === undefined ? 0 : Math.min(Number(length), MAX_BODY_BYTES);
}
