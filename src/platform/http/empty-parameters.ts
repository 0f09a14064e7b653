import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { invalidParameter } from './invalid-request.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What the route's path parameters have to be, for the answer to a request in which one is empty: 400. Without it such a
     * request finds nothing: 404.
     */
    readonly parametersMustBe?: string;
  }
}

/** To be called before the routes are set up. */
export function refuseEmptyParameters(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route: RouteOptions) => {
    const expected = route.config?.parametersMustBe;
    if (expected === undefined) return;
    // Nest looks at the parameters in its handler, behind this.
    route.onRequest = [
      ...[route.onRequest ?? []].flat(),
      (request, _reply, done) => {
        const name = emptyParameterOf(request);
        done(name === undefined ? undefined : invalidParameter(name, `must be ${expected}`));
      },
    ];
  });
}

function emptyParameterOf({ params }: FastifyRequest): string | undefined {
  return Object.entries(params as Readonly<Record<string, string>>).find(([, value]) => value === '')?.[0];
}
