import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pathPatternOf } from './allowed-methods.js';
import { pathOf } from './problem-answer.js';
import type { ProblemContent } from './problem.js';

/** The extension members that each error answer of a route has, by what it says otherwise. */
export type ProblemMembers = (problem: ProblemContent) => Readonly<Record<string, string>>;

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly problemMembers?: ProblemMembers;
  }
  interface FastifyInstance {
    /** Those of the routes at this path, whatever their methods. */
    problemMembersAt?(path: string): ProblemMembers | undefined;
  }
}

/**
 * Remembers which routes have members of their own, for requests that get an error before they reach one: the method is
 * wrong, or the URL does not decode. To be called before the routes are set up.
 */
export function rememberProblemMembers(fastify: FastifyInstance): void {
  const routes = new Map<string, { pattern: RegExp; members: ProblemMembers }>();
  fastify.addHook('onRoute', ({ url, config }) => {
    const members = config?.problemMembers;
    if (members !== undefined) routes.set(url, { pattern: pathPatternOf(url), members });
  });
  fastify.decorate('problemMembersAt', (path: string) => {
    for (const { pattern, members } of routes.values()) if (pattern.test(path)) return members;
    return undefined;
  });
}

/** A problem with the members of the request's route; its own stay as they are. */
export function withRouteMembers(
  problem: ProblemContent,
  { routeOptions, server, url }: FastifyRequest,
): ProblemContent {
  const members = routeOptions.config.problemMembers ?? server.problemMembersAt?.(pathOf(url));
  if (members === undefined) return problem;
  const { status, message, errors, headers } = problem;
  return {
    status,
    message,
    errors,
    ...(headers && { headers }),
    members: { ...members(problem), ...problem.members },
  };
}
