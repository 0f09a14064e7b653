import type { FastifyInstance } from 'fastify';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knownFailures } from '../known-failures.js';
import { rememberMethods } from './allowed-methods.js';
import { BodiesUnderWay } from './bodies-under-way.js';
import { refuseEmptyParameters } from './empty-parameters.js';
import { createHttpAdapter } from './http-adapter.js';
import { rememberProblemMembers } from './problem-members.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemError } from './problem.js';
import { refuseCodedBodies } from './refused-protocols.js';
import { READS_BODY, takeBodiesAsBytes } from './request-bodies.js';

const MAX_BODY_BYTES = 1_000;
const SHORT_GRACE_MS = 50;

let fastify: FastifyInstance;
let port: number;

beforeEach(async () => {
  const log = pino({ level: 'silent' });
  fastify = createHttpAdapter(log).getInstance<FastifyInstance>();
  takeBodiesAsBytes(fastify, new BodiesUnderWay(2 * MAX_BODY_BYTES, SHORT_GRACE_MS));
  rememberMethods(fastify);
  rememberProblemMembers(fastify);
  refuseEmptyParameters(fastify);
  refuseCodedBodies(fastify);
  const filter = new ProblemFilter(log, knownFailures());
  fastify.setErrorHandler((error, request, reply) => filter.answer(error, request, reply));
  fastify.setNotFoundHandler((request, reply) => {
    // As Nest has it.
    filter.answer(new ProblemError(404, 'there is nothing at this path'), request, reply);
  });
  const config = {
    ...READS_BODY,
    maxBodyBytes: MAX_BODY_BYTES,
    problemMembers: ({ status, message }: { status: number; message: string }) => ({
      code: `C${status}`,
      error: message,
    }),
    parametersMustBe: 'a name',
  };
  fastify.put('/shelves/:name', { config }, () => 'done');
  fastify.post('/shelves/:name', { config }, () => {
    throw new ProblemError(409, 'it is taken', { members: { error: 'in its own words', shelf: '7' } });
  });
  fastify.get('/others/:name', () => {
    throw new ProblemError(409, 'it is taken');
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  port = (fastify.server.address() as AddressInfo).port;
});

afterEach(() => fastify.close());

/** Sends bytes as they are. @returns the body of the answer */
async function sent(
  head: string,
  fields: readonly string[] = [],
  body = '',
): Promise<Record<string, unknown>> {
  const socket = connect({ port, host: '127.0.0.1' });
  const lines = [`${head} HTTP/1.1`, 'Host: x', 'Connection: close', ...fields, '', body];
  socket.write(lines.join('\r\n'));
  const answer = await text(socket);
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Record<string, unknown>;
}

const TEXT = 'Content-Type: text/plain';

describe('the members that a route gives its error answers', () => {
  it.each<[string, number, string, readonly string[], string?]>([
    ['a body that is announced as too large', 413, 'PUT /shelves/a', [TEXT, 'Content-Length: 1001']],
    [
      'a body that is too large',
      413,
      'PUT /shelves/a',
      [TEXT, 'Transfer-Encoding: chunked'],
      `3e9\r\n${'x'.repeat(1_001)}\r\n0\r\n\r\n`,
    ],
    ['a body that takes too long', 408, 'PUT /shelves/a', [TEXT, 'Content-Length: 999'], 'x'],
    ['a type that is none', 415, 'PUT /shelves/a', ['Content-Type: text', 'Content-Length: 1'], 'x'],
    ['a coded body', 415, 'PUT /shelves/a', [TEXT, 'Content-Encoding: gzip', 'Content-Length: 1'], 'x'],
    ['an escape that is none', 400, 'PUT /shelves/%zz', []],
    ['an escape of no UTF-8', 400, 'GET /shelves/%FF', []],
    ['no parameter', 400, 'PUT /shelves/', []],
  ])('stand there for %s', async (_what, status, ...request) => {
    const problem = await sent(...request);
    expect(problem).toMatchObject({ status, code: `C${status}`, error: problem['detail'] });
  });

  it('stand there where all bodies together leave no room', async () => {
    const [before] = [connect({ port, host: '127.0.0.1' })];
    before.write(
      `PUT /shelves/a HTTP/1.1\r\nHost: x\r\n${TEXT}\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(999)}`,
    );
    const problems = await Promise.all(
      Array.from({ length: 4 }, () =>
        sent('PUT /shelves/a', [TEXT, 'Content-Length: 1000'], 'x'.repeat(999)),
      ),
    );
    before.destroy();
    const refused = problems.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    for (const problem of refused) expect(problem).toMatchObject({ code: 'C503', error: problem['detail'] });
  });

  it('give way to those of the error itself, and stand beside them', async () => {
    expect(await sent('POST /shelves/a')).toMatchObject({
      detail: 'it is taken',
      error: 'in its own words',
      code: 'C409',
      shelf: '7',
    });
  });

  it('say which parameter is empty, and what it has to be', async () => {
    expect(await sent('POST /shelves/?x=1')).toMatchObject({
      status: 400,
      errors: [{ path: 'name', detail: 'must be a name' }],
    });
  });

  it.each(['GET /others/a', 'PUT /others/%zz', 'PUT /shelves', 'GET /shelves/a/b'])(
    'do not stand at %s',
    async (head) => {
      const problem = await sent(head);
      expect(problem).toHaveProperty('status');
      expect(problem).not.toHaveProperty('code');
    },
  );
});
