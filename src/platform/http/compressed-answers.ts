import fastifyCompress from '@fastify/compress';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DoneFuncWithErrOrRes, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { constants } from 'node:zlib';

/** What fits in a packet or two is sent no sooner for being smaller. */
const THRESHOLD_BYTES = 1_024;
/** What takes longer is compressed on Node's threads, so that other answers need not wait. */
const SYNC_THRESHOLD_BYTES = 8_192;
/** Measured on a page of 500 orders, see docs/performance.md: better ones take several times as long for a tenth less. */
const GZIP_LEVEL = 2;
const BROTLI_QUALITY = 2;

/**
 * Compresses the answers that Fastify gives, as the client prefers: pages, lists, files, descriptions, metrics. Routes
 * that give single values by strong ETags are left out, since these would have to differ by encoding.
 *
 * What is asked for in a compressed form is not read: see {@link takeBodiesAsBytes}.
 *
 * @param plainRoutes patterns of routes that are never compressed
 */
export async function compressAnswers(
  app: NestFastifyApplication,
  plainRoutes: readonly string[],
): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
    const isRead = [route.method].flat().every((method) => method === 'GET' || method === 'HEAD');
    if (isRead && !plainRoutes.includes(route.url)) route.onSend = [...[route.onSend ?? []].flat(), tellVary];
    else route.compress = false;
  });
  await app.register(fastifyCompress, {
    globalDecompression: false,
    encodings: ['br', 'gzip'],
    threshold: THRESHOLD_BYTES,
    syncThreshold: SYNC_THRESHOLD_BYTES,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } },
    zlibOptions: { level: GZIP_LEVEL },
  });
}

/** Also an answer that came out uncompressed depends on what was asked for, as does one without a body. */
function tellVary(
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: DoneFuncWithErrOrRes,
): void {
  reply.header('vary', 'accept-encoding');
  // What confirms has no content that could be encoded.
  done(null, reply.statusCode === 304 ? null : payload);
}
