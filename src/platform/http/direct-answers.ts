import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, type RequestHead, sendAnswerDirectly } from './answer.js';
import { LargeAnswers } from './large-answers.js';
import { beforeRequests } from './request-gate.js';
import { RequestMetrics, type RouteDurations } from './request-metrics.js';

/** A route whose GET can often be answered at once, from what is in memory. */
export interface DirectRoute {
  /** As Fastify has it: `/api/orders/:order_uid`, with one parameter at its end, or `/v1/users`. */
  readonly pattern: string;
  /** What its URLs begin with, where that is not its pattern without the parameter: `/v1/users?user_id=`. */
  readonly prefix?: string;
  /**
   * The answer that the route's controller would give; undefined where it has to be asked.
   *
   * @param parameter all of the URL that stands behind the prefix, as it came: with escapes, slashes and a query
   */
  answer(parameter: string, request: RequestHead): Answer | undefined;
}

interface MeasuredRoute {
  readonly route: DirectRoute;
  /** What the URLs of the route begin with: `/api/orders/`. */
  readonly prefix: string;
  readonly durations: RouteDurations;
}

/**
 * Sends answers that need only memory before Fastify and Nest process the request, which would take longer than the answer
 * itself. Every unusual request is left to Fastify.
 */
@Injectable()
export class DirectAnswers {
  private readonly routes: MeasuredRoute[] = [];

  constructor(
    private readonly metrics: RequestMetrics,
    private readonly largeAnswers: LargeAnswers,
  ) {}

  add(route: DirectRoute): void {
    const { pattern, prefix = pattern.slice(0, pattern.lastIndexOf('/') + 1) } = route;
    this.routes.push({ route, prefix, durations: this.metrics.route('GET', pattern) });
  }

  /** Has the routes asked before Fastify, until it closes: then it closes connections with their answers. */
  goBefore(fastify: FastifyInstance): void {
    let closing = false;
    fastify.addHook('preClose', (done) => {
      closing = true;
      done();
    });
    beforeRequests(fastify.server, (request, response) => !closing && this.answer(request, response));
  }

  private answer(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' || bringsBody(request.headers)) return false;
    for (const one of this.routes) {
      if (request.url!.startsWith(one.prefix)) return this.answerBy(one, request as RequestHead, response);
    }
    return false;
  }

  private answerBy(
    { route, prefix, durations }: MeasuredRoute,
    head: RequestHead,
    response: ServerResponse,
  ): boolean {
    const startedAt = performance.now();
    try {
      const answer = route.answer(head.url.slice(prefix.length), head);
      if (answer === undefined) return false;
      const { body } = answer;
      if (typeof body === 'object' && !this.largeAnswers.take(body, response)) return false;
      sendAnswerDirectly(response, answer);
      durations.observe(answer.status, (performance.now() - startedAt) / 1_000);
      return true;
    } catch {
      // Fastify meets the same failure and answers it.
      return false;
    }
  }
}

/** A request with a body goes to Fastify, which counts the memory of bodies. */
function bringsBody(headers: IncomingHttpHeaders): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}
