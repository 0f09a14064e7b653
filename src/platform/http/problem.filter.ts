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
import { sendAnswer } from './answer.js';
import { pathOf, problemAnswer } from './problem-answer.js';
import { ProblemError } from './problem.js';
import { TooBusyError } from './too-busy.error.js';

const RETRY_AFTER_SECONDS = 1;

/** What Fastify says of a client's fault by its code, and Nest by its status, in our words. */
const DETAILS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'the path is no valid URL path',
  404: 'there is nothing at this path',
  413: 'the body is larger than 1 MiB',
};

/** Translates any error into a problem. An unexpected error reveals nothing of its cause. */
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

/** No route of ours takes QUERY, which Fastify finds other fault with before Nest's 404. */
function hasNoRoute(error: unknown, { method }: FastifyRequest): boolean {
  return error instanceof NotFoundException || method === 'QUERY';
}

/** Nest says 404 also where there is a route, only for other methods. */
function wrongMethod({ method, server, url }: FastifyRequest): ProblemError | undefined {
  const allowed = server.methodsAt(pathOf(url)).join(', ');
  if (allowed === '') return undefined;
  return new ProblemError(405, `${method} is not possible here, only ${allowed}`, {
    headers: { allow: allowed },
  });
}

/** Translates the errors of requests into answers, in one place. Errors of events are left to the transport. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Logger,
    private readonly failures: Failures,
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
    // The query may name a customer.
    const path = pathOf(url);
    const problem = (hasNoRoute(error, request) && wrongMethod(request)) || problemOf(error, this.failures);
    if (problem.status === 503) {
      // While the database is away this is every request: a stack for each would bury the line that matters.
      this.log.warn({ reason: messageForLog(error), method, path }, 'a request could not be served');
    } else if (problem.status >= 500) {
      this.log.error({ err: error, method, path }, 'a request failed');
    }
    if (reply.sent) return;
    void sendAnswer(reply, problemAnswer(problem, url));
  }
}
