import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { exchange } from '../../../test/e2e/api.js';
import type { Answer, RequestHead } from './answer.js';
import { DirectAnswers, type DirectRoute } from './direct-answers.js';
import { createHttpAdapter } from './http-adapter.js';
import { LargeAnswers } from './large-answers.js';
import { takeBodiesAsBytes } from './request-bodies.js';
import { RequestMetrics } from './request-metrics.js';

const UNCHANGED: Answer = { status: 304, headers: ['etag', '"1"'] };
const KNOWN: Answer = {
  status: 200,
  headers: ['x-way', 'short', 'content-type', 'text/plain; charset=utf-8', 'content-length', '6'],
  body: Buffer.from('known\n'),
};

/** Knows one thing, and comes to grief over another. */
class Things implements DirectRoute {
  readonly pattern = '/things/:name';
  asked: string[] = [];

  answer(name: string, { headers }: RequestHead): Answer | undefined {
    this.asked.push(name);
    if (name === 'broken') throw new Error('a fault of the route');
    if (name !== 'known') return undefined;
    return headers['if-none-match'] === '"1"' ? UNCHANGED : KNOWN;
  }
}

let fastify: FastifyInstance;
let things: Things;
let url: string;

beforeEach(async () => {
  register.clear();
  fastify = createHttpAdapter(pino({ level: 'silent' })).getInstance<FastifyInstance>();
  takeBodiesAsBytes(fastify);
  const metrics = new RequestMetrics();
  metrics.measure(fastify);
  things = new Things();
  const directAnswers = new DirectAnswers(metrics, new LargeAnswers());
  directAnswers.add({ pattern: '/others/:name', answer: () => undefined });
  directAnswers.add(things);
  directAnswers.goBefore(fastify);
  fastify.all('/things/:name', (request, reply) => reply.header('x-way', 'long').send(request.method));
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(fastify.server.address() as AddressInfo).port}`;
});

afterEach(() => fastify.close());

const request = (head: string, ...fields: string[]): Promise<string> =>
  exchange(url, [`${head} HTTP/1.1`, 'Host: x', 'Connection: close', ...fields, '', ''].join('\r\n'));

describe('a direct answer', () => {
  it('is sent as it is', async () => {
    const text = await request('GET /things/known');
    expect(text).toMatch(
      /^HTTP\/1.1 200 OK\r\nx-way: short\r\ncontent-type: text\/plain; charset=utf-8\r\ncontent-length: 6\r\nDate: [^\n]+\r\nConnection: close\r\n\r\nknown\n$/,
    );
  });

  it('may depend on the headers, and have no body', async () => {
    const text = await request('GET /things/known', 'If-None-Match: "1"');
    expect(text).toMatch(
      /^HTTP\/1.1 304 Not Modified\r\netag: "1"\r\nDate: [^\n]+\r\nConnection: close\r\n\r\n$/,
    );
  });

  it.each(['HEAD', 'POST', 'PUT', 'DELETE'])('is not given to %s', async (method) => {
    expect(await request(`${method} /things/known`)).toContain('x-way: long');
    expect(things.asked).toEqual([]);
  });

  it.each([
    ['of a known length', ['Content-Length: 4', '', 'body']],
    ['of no length', ['Content-Length: 0']],
    ['in chunks', ['Transfer-Encoding: chunked', '', '4', 'body', '0']],
  ])('is not given to a request with a body %s', async (_name, fields) => {
    expect(await request('GET /things/known', ...fields)).toContain('x-way: long');
    expect(things.asked).toEqual([]);
  });

  it.each([
    ['/things/unknown', 'unknown'],
    ['/things/known?', 'known?'],
    ['/things/known?way=long', 'known?way=long'],
    ['/things/%6bnown', '%6bnown'],
  ])('is asked for, and left to Fastify when there is none: %s', async (path, parameter) => {
    expect(await request(`GET ${path}`)).toContain('x-way: long');
    expect(things.asked).toEqual([parameter]);
  });

  it.each(['/things', '/thing/known', '/Things/known', '//things/known'])(
    'is not asked for elsewhere: %s',
    async (path) => {
      expect(await request(`GET ${path}`)).toContain('HTTP/1.1 404');
      expect(things.asked).toEqual([]);
    },
  );

  it('is left to Fastify when the route fails', async () => {
    expect(await request('GET /things/broken')).toContain('x-way: long');
    expect(things.asked).toEqual(['broken']);
  });

  it('is counted with those that Fastify gives', async () => {
    await request('GET /things/known');
    await request('GET /things/known?way=long');
    await request('GET /things/known', 'If-None-Match: "1"');
    await eventually(async () => {
      const text = await register.getSingleMetricAsString('waybill_http_request_duration_seconds');
      const counts = text.split('\n').filter((line) => line.includes('_count'));
      expect(counts).toEqual([
        'waybill_http_request_duration_seconds_count{method="GET",route="/things/:name",status="200"} 2',
        'waybill_http_request_duration_seconds_count{method="GET",route="/things/:name",status="304"} 1',
      ]);
    });
  });

  it('is left to Fastify while it closes, which closes the connection', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
    await once(fastify.server, 'connection');
    const closed = fastify.close();
    await eventually(() => expect(fastify.server.listening).toBe(false));
    socket.write('GET /things/known HTTP/1.1\r\nHost: x\r\n\r\n');
    const [text] = (await once(socket, 'data')) as [string];
    expect(text).toMatch(/^HTTP\/1.1 200 /);
    expect(text.toLowerCase()).toContain('connection: close\r\n');
    await closed;
  });
});
