import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods that some route takes at this path, sorted; none where there is no route. */
    methodsAt(path: string): string[];
  }
}

/**
 * Remembers which methods each path takes, so that a wrong one can be told the right ones (RFC 9110, section
 * 15.5.6) instead of being told that nothing is there. To be called before the routes are set up.
 */
export function rememberMethods(fastify: FastifyInstance): void {
  const methods = new Map<string, { pattern: RegExp; taken: Set<string> }>();
  fastify.addHook('onRoute', ({ url, method }) => {
    const route = methods.get(url) ?? { pattern: pathPatternOf(url), taken: new Set<string>() };
    methods.set(url, route);
    for (const one of [method].flat()) route.taken.add(one);
  });
  fastify.decorate('methodsAt', (path: string) => {
    const matching = [...methods.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ taken }) => [...taken]))].sort();
  });
}

/** Fastify's `/a/:b` and `/a/*`; the routes of this house have no other kind of parameter. */
export function pathPatternOf(url: string): RegExp {
  const steps = url.split('/').map((step) => {
    if (step === '*') return '.*';
    return step.startsWith(':') ? '[^/]+' : step.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${steps.join('/')}$`);
}
