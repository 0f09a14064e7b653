import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, throwError } from 'rxjs';
import type { Logger } from '../logging/logger.js';
import { messageForLog } from '../logging/error-record.js';
import type { Failures } from '../failures/failures.js';
import { type Answer, sendAnswer } from './answer.js';
import { pathOf, problemAnswer } from './problem-answer.js';
import { withRouteMembers } from './problem-members.js';
import { ProblemError } from './problem.js';
import { TooBusyError } from './too-busy.error.js';

const RETRY_AFTER_SECONDS = 1;

/** Our words for faults of a client, by the code of Fastify's error or the status that Fastify or Nest gives it. */
const DETAILS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'the path is no valid URL path',
  404: 'there is nothing at this path',
  413: 'the body is larger than 1 MiB',
};

/** Translates any error into a problem. One that is not made for clients (an HttpException is) reveals nothing of its cause. */
export function problemOf(error: unknown, failures: Failures): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return new ProblemError(status, DETAILS[status] ?? error.message);
  }
  // Anything can be thrown, also nothing.
  const { statusCode, code, message } = (error ?? {}) as Partial<Error> & {
    statusCode?: unknown;
    code?: string;
  };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new ProblemError(statusCode, DETAILS[code ?? ''] ?? DETAILS[statusCode] ?? message ?? '');
  }
  if (failures.kindOf(error) === 'transient') return unavailable(error);
  return new ProblemError(500, 'the service failed; the failure has been logged', { cause: error });
}

/** The answer to a transient failure. */
export function unavailable(error: unknown): ProblemError {
  const seconds = error instanceof TooBusyError ? error.retryAfterSeconds : RETRY_AFTER_SECONDS;
  return new ProblemError(503, 'the service cannot do this at the moment; try again shortly', {
    headers: { 'retry-after': String(seconds) },
    cause: error,
  });
}

/**
 * Nest throws NotFoundException where no route fits; a handler must throw ProblemError instead, or a 404 of its own would become
 * a 405. No route takes the HTTP method QUERY, which Fastify answers with 415 or 400 before Nest comes to its 404.
 */
function hasNoRoute(error: unknown, { method }: FastifyRequest): boolean {
  return error instanceof NotFoundException || method === 'QUERY';
}

/** Nest says 404 also where there is a route, only for other methods; see `rememberMethods` in allowed-methods.ts. */
function wrongMethod({ method, server, url }: FastifyRequest): ProblemError | undefined {
  const methods = server.methodsAt(pathOf(url));
  // A route for all that lies below a path, such as files, has not found one.
  if (methods.length === 0 || methods.includes(method)) return undefined;
  const allowed = methods.join(', ');
  return new ProblemError(405, `${method} is not possible here, only ${allowed}`, {
    headers: { allow: allowed },
  });
}

/** What people are shown where there is nothing; undefined for programs, which get the problem. */
export interface NotFoundPage {
  notFoundAnswer(request: FastifyRequest): Promise<Answer> | undefined;
}

/** Translates the errors of requests into answers, in one place. Errors of events are left to the transport. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Logger,
    private readonly failures: Failures,
    private readonly page?: NotFoundPage,
  ) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    // Nest would hide a handler's error behind "Internal server error"; the transport has to know what it was.
    if (host.getType() === 'rpc') return throwError(() => error);
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
    return undefined;
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { method, url } = request;
    // The path only: the URL's query string may name a customer.
    const path = pathOf(url);
    const noRoute = hasNoRoute(error, request);
    const problem = (noRoute && wrongMethod(request)) || problemOf(error, this.failures);
    if (problem.status === 503) {
      // While the database is away this is every request: a stack for each would bury the line that matters.
      this.log.warn({ reason: messageForLog(error), method, path }, 'a request could not be served');
    } else if (problem.status >= 500) {
      this.log.error({ err: error, method, path }, 'a request failed');
    }
    if (reply.sent) return;
    const shown = noRoute && problem.status === 404 ? this.page?.notFoundAnswer(request) : undefined;
    if (shown === undefined) void sendAnswer(reply, problemAnswer(withRouteMembers(problem, request), url));
    else void shown.then((answer) => sendAnswer(reply, answer));
  }
}
