import fastifyRateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { ProblemError } from './problem.js';
import { addressIn } from './trusted-proxies.js';

/** How often one address may ask for some routes, which count together. */
export interface RateLimit {
  /** Their patterns. */
  readonly routes: readonly string[];
  readonly aMinute: number;
}

const MINUTE_MS = 60_000;
/** So many addresses are counted at most, at about 200 bytes each; who has asked the longest ago is forgotten. */
const MAX_ADDRESSES = 20_000;

/**
 * Limits how often routes are asked for, and says so in the fields of draft-ietf-httpapi-ratelimit-headers: RateLimit-Limit,
 * RateLimit-Remaining, RateLimit-Reset. The address is that of the connection, unless a proxy of TRUST_PROXY says another
 * one: all clients of another proxy are one. Addresses of IPv6 count by their /64, which one client mostly has whole. What
 * `DirectAnswers` sends is not limited.
 *
 * To be called before the routes are set up.
 */
export async function limitRates(fastify: FastifyInstance, limits: readonly RateLimit[]): Promise<void> {
  if (limits.length === 0) return;
  await fastify.register(fastifyRateLimit, {
    global: false,
    enableDraftSpec: true,
    keyGenerator: (request) => normalizeIP(addressOf(request)),
    errorResponseBuilder: (_request, { max }) =>
      new ProblemError(429, `this address may ask ${max} times a minute; try again shortly`),
  });
  for (const { routes, aMinute } of limits) {
    const limit = fastify.rateLimit({ max: aMinute, timeWindow: MINUTE_MS, cache: MAX_ADDRESSES });
    fastify.addHook('onRoute', (route: RouteOptions) => {
      if (routes.includes(route.url)) route.onRequest = [...[route.onRequest ?? []].flat(), limit];
    });
  }
}

/** A proxy may pass on what is no address, such as `unknown`: then its own one counts. */
function addressOf({ ip, ips = [ip] }: FastifyRequest): string {
  for (const text of ips.toReversed()) {
    const address = addressIn(text ?? '');
    if (address !== undefined) return address;
  }
  return '';
}
