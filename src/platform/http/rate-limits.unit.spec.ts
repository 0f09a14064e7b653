import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { knownFailures } from '../known-failures.js';
import { createHttpAdapter } from './http-adapter.js';
import { ProblemFilter } from './problem.filter.js';
import { limitRates, type RateLimit } from './rate-limits.js';
import { trustOf } from './trusted-proxies.js';

const SHELVES: RateLimit = { routes: ['/shelves', '/shelves/:name'], aMinute: 3 };
const AT_MS = 1_796_064_326_000;

let fastify: FastifyInstance;

async function open(limits: readonly RateLimit[], TRUST_PROXY = 'off'): Promise<void> {
  const log = pino({ level: 'silent' });
  fastify = createHttpAdapter(log, { trustsProxy: trustOf({ TRUST_PROXY }) }).getInstance<FastifyInstance>();
  fastify.decorate('methodsAt', () => []);
  fastify.setErrorHandler((error, request, reply) =>
    new ProblemFilter(log, knownFailures()).answer(error, request, reply),
  );
  await limitRates(fastify, limits);
  for (const url of ['/shelves', '/shelves/:name', '/others']) fastify.get(url, () => 'done');
}

beforeEach(() => {
  vi.useFakeTimers({ now: AT_MS, toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await fastify.close();
});

async function ask(url: string, remoteAddress = '192.0.2.1', headers = {}) {
  const { statusCode, headers: all, body } = await fastify.inject({ url, remoteAddress, headers });
  const { 'ratelimit-limit': limit, 'ratelimit-remaining': left, 'ratelimit-reset': reset } = all;
  return {
    status: statusCode,
    limit,
    left,
    reset,
    retryAfter: all['retry-after'],
    type: all['content-type'],
    body,
  };
}

describe('a limit', () => {
  beforeEach(() => open([SHELVES]));

  it('counts what an address asks of all its routes, and tells how much is left', async () => {
    expect(await ask('/shelves')).toMatchObject({ status: 200, limit: '3', left: '2', reset: '60' });
    vi.setSystemTime(AT_MS + 10_000);
    expect(await ask('/shelves/a')).toMatchObject({ status: 200, limit: '3', left: '1', reset: '50' });
    expect(await ask('/shelves/b')).toMatchObject({ status: 200, left: '0' });
    const refused = await ask('/shelves/c');
    expect(refused).toMatchObject({ status: 429, limit: '3', left: '0', reset: '50', retryAfter: '50' });
    expect(refused.type).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(refused.body)).toMatchObject({
      title: 'Too Many Requests',
      detail: 'this address may ask 3 times a minute; try again shortly',
    });
    expect((await ask('/others')).status).toBe(200);
    vi.setSystemTime(AT_MS + 60_000);
    expect(await ask('/shelves')).toMatchObject({ status: 200, left: '2', reset: '60' });
  });

  it('counts a HEAD once', async () => {
    const answer = await fastify.inject({ method: 'HEAD', url: '/shelves' });
    expect(answer.headers['ratelimit-remaining']).toBe('2');
  });

  it('is one for each address, whatever is said of another one', async () => {
    for (let times = 0; times < 4; times++) await ask('/shelves');
    expect((await ask('/shelves', '192.0.2.1', { 'x-forwarded-for': '192.0.2.9' })).status).toBe(429);
    expect((await ask('/shelves', '192.0.2.2')).status).toBe(200);
  });

  it('is one for a /64 of IPv6, and for an address however it is written', async () => {
    await ask('/shelves', '2001:db8::1');
    expect(await ask('/shelves', '2001:db8::2')).toMatchObject({ left: '1' });
    expect(await ask('/shelves', '2001:db8:0:1::1')).toMatchObject({ left: '2' });
    await ask('/shelves', '192.0.2.1');
    expect(await ask('/shelves', '::ffff:192.0.2.1')).toMatchObject({ left: '1' });
  });
});

describe('a limit behind proxies', () => {
  const forwarded = async (text: string, peer = '10.0.0.1'): Promise<string | string[] | undefined> =>
    String((await ask('/shelves', peer, { 'x-forwarded-for': text })).left);

  it('is one for each client that a trusted one names, whatever clients say themselves', async () => {
    await open([SHELVES], '10.0.0.0/8');
    expect(await forwarded('192.0.2.1')).toBe('2');
    expect(await forwarded('198.51.100.9, 192.0.2.1')).toBe('1');
    expect(await forwarded('192.0.2.1:4711, 10.0.0.2')).toBe('0');
    expect(await forwarded('192.0.2.2')).toBe('2');
    expect(await forwarded('2001:db8::1')).toBe('2');
    expect(await forwarded('2001:db8::2')).toBe('1');
    expect(await forwarded('192.0.2.2', '::ffff:10.0.0.1')).toBe('1');
  });

  it('is one for all of a proxy where it names nobody, and for those of one that is not trusted', async () => {
    await open([SHELVES], 'loopback,10.0.0.1');
    expect(await forwarded('unknown')).toBe('2');
    expect(await forwarded('192.0.2.5, <rubbish>')).toBe('1');
    expect(await forwarded('x'.repeat(9_000))).toBe('0');
    expect(await forwarded('192.0.2.1', '10.0.0.9')).toBe('2');
    expect(await forwarded('192.0.2.2', '10.0.0.9')).toBe('1');
  });

  it('goes as many proxies back as there are in a row', async () => {
    await open([SHELVES], '2');
    expect(await forwarded('198.51.100.9, 192.0.2.1, 203.0.113.1')).toBe('2');
    expect(await forwarded('198.51.100.8, 192.0.2.1, 203.0.113.2', '203.0.113.9')).toBe('1');
  });
});

it('that nobody asks for leaves nothing behind', async () => {
  await open([]);
  expect(fastify.hasDecorator('rateLimit')).toBe(false);
  expect(await ask('/shelves')).toMatchObject({ status: 200, limit: undefined, retryAfter: undefined });
});
