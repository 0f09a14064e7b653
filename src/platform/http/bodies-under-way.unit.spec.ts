import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { limitBodiesUnderWay } from './bodies-under-way.js';
import { createHttpAdapter, MAX_BODY_BYTES, takeBodiesAsBytes } from './http-adapter.js';
import { ProblemFilter } from './problem.filter.js';

const MAX_BYTES = MAX_BODY_BYTES + 1_000;

let fastify: FastifyInstance;
let port: number;
/** Ends one request under way each. */
let waiting: (() => void)[];

beforeEach(async () => {
  const log = pino({ level: 'silent' });
  fastify = createHttpAdapter(log).getInstance<FastifyInstance>();
  // What the program has in its place answers 405; here nothing is asked that is not there.
  fastify.decorate('methodsAt', () => []);
  takeBodiesAsBytes(fastify);
  limitBodiesUnderWay(fastify, MAX_BYTES);
  fastify.setErrorHandler((error, request, reply) => new ProblemFilter(log).answer(error, request, reply));
  waiting = [];
  fastify.post('/', (_request, reply) => {
    waiting.push(() => void reply.send('done'));
    return reply;
  });
  fastify.post('/at-once', () => 'done');
  fastify.get('/', () => 'here');
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  port = (fastify.server.address() as AddressInfo).port;
});

afterEach(() => fastify.close());

type Body = NonNullable<RequestInit['body']>;

const post = (body: Body, path = '/'): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, duplex: 'half' });

/** POSTs, and returns once the request is with its handler. */
async function underWay(body: Body): Promise<Promise<Response>[]> {
  const before = waiting.length;
  const answer = post(body);
  await eventually(() => expect(waiting).toHaveLength(before + 1));
  return [answer];
}

/** Waits until so many bytes are taken: an answer may be here before its request is over there. */
const areTaken = (length: number): Promise<void> =>
  eventually(async () => expect((await post(bytes(length), '/at-once')).status).toBe(200));

function finishAll(): void {
  for (const finish of waiting.splice(0)) finish();
}

const bytes = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length);

describe('bodies under way', () => {
  it('are refused beyond the limit with 503 and a time to come again, and taken again once others are done', async () => {
    const [first] = await underWay(bytes(MAX_BODY_BYTES));
    const refused = await post(bytes(1_001));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    const [fitting] = await underWay(bytes(1_000));
    expect((await post(bytes(1))).status).toBe(503);
    finishAll();
    for (const answer of [first!, fitting!]) expect((await answer).status).toBe(200);
    await areTaken(MAX_BODY_BYTES);
  });

  it('count as the largest when their length is not announced', async () => {
    const stream = (): ReadableStream => new Blob([bytes(10)]).stream();
    const [first] = await underWay(stream());
    expect((await post(stream())).status).toBe(503);
    finishAll();
    expect((await first!).status).toBe(200);
  });

  it('count from the moment they are announced, and no more when their sender is gone', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${MAX_BODY_BYTES}\r\nExpect: 100-continue\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    expect((await post(bytes(1_001))).status).toBe(503);
    socket.destroy();
    await areTaken(1_001);
  });

  it('that are too large are told so, and requests without one are not held up', async () => {
    const [first] = await underWay(bytes(1_000));
    expect((await post(bytes(MAX_BODY_BYTES + 1))).status).toBe(413);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    finishAll();
    expect((await first!).status).toBe(200);
  });
});
