import { type ArgumentsHost, HttpException, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { lastValueFrom, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { DatabaseUnavailableError } from '../database/database.errors.js';
import { knownFailures } from '../known-failures.js';
import { bodyOf } from './problem-answer.js';
import { ProblemFilter, problemOf } from './problem.filter.js';
import { type Problem, ProblemError } from './problem.js';
import { TooBusyError } from './too-busy.error.js';

/** A reply that keeps what it is told, and a logger that keeps its lines. */
function exchange(url = '/api/orders?limit=x') {
  const answer = { status: 0, headers: {} as Record<string, string>, body: '' };
  const reply = {
    sent: false,
    status(code: number) {
      answer.status = code;
      return reply;
    },
    header(name: string, value: string) {
      answer.headers[name] = value;
      return reply;
    },
    send(body: string) {
      answer.body = body;
      return reply;
    },
  };
  const lines: { level: number }[] = [];
  const log = pino(
    { level: 'trace' },
    { write: (line: string) => lines.push(JSON.parse(line) as { level: number }) },
  );
  const request = {
    method: 'GET',
    url,
    routeOptions: { config: {} },
    server: {},
  } as unknown as FastifyRequest;
  const respond = (error: unknown): { status: number; headers: Record<string, string>; problem: Problem } => {
    new ProblemFilter(log, knownFailures()).answer(error, request, reply as unknown as FastifyReply);
    return { ...answer, problem: JSON.parse(answer.body) as Problem };
  };
  return { reply, answer, lines, respond, log };
}

const WARN = 40;
const ERROR = 50;

describe('the answer to a failed request', () => {
  it('is a problem of RFC 9457 that says what, where and why', () => {
    const { respond, lines } = exchange();
    const errors = [{ path: 'limit', detail: 'must be a whole number' }];
    const { status, headers, problem } = respond(
      new ProblemError(400, 'the query is not valid', { errors, headers: { 'x-more': '1' } }),
    );
    expect(status).toBe(400);
    expect(headers).toEqual({
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'content-length': String(Buffer.byteLength(JSON.stringify(problem))),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-more': '1',
    });
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'the query is not valid',
      instance: '/api/orders',
      errors,
    });
    expect(lines).toEqual([]);
  });

  it('is 503, with a time to come again, for what will pass', () => {
    const { respond, lines } = exchange();
    const { status, headers, problem } = respond(new DatabaseUnavailableError('password of db-7 is wrong'));
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('1');
    expect(JSON.stringify(problem)).not.toContain('db-7');
    expect(lines).toMatchObject([{ level: WARN, reason: 'password of db-7 is wrong' }]);
  });

  it('is 503 with the time that the error names', () => {
    const { status, headers } = exchange().respond(new TooBusyError('full', 7));
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('7');
  });

  it('is 500 for what nobody foresaw, says nothing of the inside, and is logged', () => {
    const { respond, lines } = exchange();
    const { status, problem } = respond(new TypeError('secret is undefined'));
    expect(status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain('secret');
    expect(lines).toMatchObject([{ level: ERROR, err: { message: 'secret is undefined' } }]);
  });

  it('is not given twice', () => {
    const { respond, reply, answer } = exchange();
    reply.sent = true;
    expect(() => respond(new ProblemError(400, 'no'))).toThrow(SyntaxError);
    expect(answer).toEqual({ status: 0, headers: {}, body: '' });
  });

  it.each<[string, unknown, number, string]>([
    [
      'a path that is not there',
      new NotFoundException('Cannot GET /x'),
      404,
      'there is nothing at this path',
    ],
    ['an exception of Nest', new HttpException('a teapot', 418), 418, 'a teapot'],
    [
      'a body that is too large',
      Object.assign(new Error('Request body is too large'), {
        statusCode: 413,
        code: 'FST_ERR_CTP_BODY_TOO_LARGE',
      }),
      413,
      'the body is larger than 1 MiB',
    ],
    ['another fault that Fastify finds', Object.assign(new Error('odd'), { statusCode: 400 }), 400, 'odd'],
    [
      'a server error of a library',
      Object.assign(new Error('inside'), { statusCode: 500 }),
      500,
      'the service failed; the failure has been logged',
    ],
    ['a text that was thrown', 'a text', 500, 'the service failed; the failure has been logged'],
    ['nothing that was thrown', undefined, 500, 'the service failed; the failure has been logged'],
  ])('fits %s', (_, error, status, detail) => {
    expect(problemOf(error, knownFailures())).toMatchObject({ status, message: detail });
  });

  it('leaves out what is not known', () => {
    const body = JSON.parse(bodyOf(new ProblemError(404, 'no'))) as object;
    expect(body).toEqual({ type: 'about:blank', title: 'Not Found', status: 404, detail: 'no' });
  });
});

describe('the failure of an event handler', () => {
  it('reaches its transport as it was thrown', async () => {
    const { log } = exchange();
    const error = Object.assign(new Error('deadlock'), { code: '40P01' });
    const host = { getType: () => 'rpc' } as unknown as ArgumentsHost;
    const thrown = new ProblemFilter(log, knownFailures()).catch(error, host) as Observable<never>;
    await expect(lastValueFrom(thrown)).rejects.toBe(error);
  });
});
