import fastifyCompress from '@fastify/compress';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DoneFuncWithErrOrRes, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { constants } from 'node:zlib';

/** A response that fits into a packet or two arrives no sooner when compressed. */
const THRESHOLD_BYTES = 1_024;
/** Larger responses are compressed on Node's thread pool, so that other responses do not wait. */
const SYNC_THRESHOLD_BYTES = 8_192;
/** Chosen by measurement (docs/performance.md): higher levels take several times as long and save a tenth. */
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

/** `Vary` belongs on uncompressed responses and on those without a body too: they depend on Accept-Encoding as well. */
function tellVary(
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: DoneFuncWithErrOrRes,
): void {
  reply.header('vary', 'accept-encoding');
  // A 304 has no content that could be encoded.
  done(null, reply.statusCode === 304 ? null : payload);
}
