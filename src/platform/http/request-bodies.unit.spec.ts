import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { knownFailures } from '../known-failures.js';
import { BodiesUnderWay } from './bodies-under-way.js';
import { createHttpAdapter } from './http-adapter.js';
import { MAX_BODY_BYTES } from './incoming-body.js';
import { answerInTurns, endConnectionWith } from './pipelined-requests.js';
import { ProblemFilter } from './problem.filter.js';
import { READS_BODY, takeBodiesAsBytes } from './request-bodies.js';

/** One eighth is kept for small bodies: this leaves two of the largest. */
const MAX_BYTES = (2 * MAX_BODY_BYTES * 8) / 7;
const SHORT_GRACE_MS = 1_000;

let fastify: FastifyInstance;
let port: number;
let bodies: BodiesUnderWay;
/** Ends one request under way each. */
let waiting: (() => void)[];
let sockets: Socket[];

beforeEach(() => start());

async function start(graceMs?: number): Promise<void> {
  const log = pino({ level: 'silent' });
  fastify = createHttpAdapter(log).getInstance<FastifyInstance>();
  // What the program has in its place answers 405; here nothing is asked that is not there.
  fastify.decorate('methodsAt', () => []);
  bodies = new BodiesUnderWay(MAX_BYTES, graceMs);
  takeBodiesAsBytes(fastify, bodies);
  fastify.setErrorHandler((error, request, reply) =>
    new ProblemFilter(log, knownFailures()).answer(error, request, reply),
  );
  waiting = [];
  sockets = [];
  const config = READS_BODY;
  fastify.all('/waiting', { config }, (_request, reply) => {
    waiting.push(() => void reply.send('done'));
    return reply;
  });
  fastify.all('/echo', { config }, (request, reply) => reply.send(request.body));
  fastify.all('/unread', (request) => typeof request.body);
  fastify.get('/endless', (_request, reply) => {
    reply.hijack();
    endConnectionWith(reply.raw);
    reply.raw.writeHead(200).write('begun');
  });
  answerInTurns(fastify.server);
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  port = (fastify.server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await fastify.close();
});

type Body = NonNullable<RequestInit['body']>;
const bytes = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(120);

const post = (path: string, body: Body): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, duplex: 'half' });

const finishAll = (): void => {
  for (const finish of waiting.splice(0)) finish();
};

const areHeld = (length: number): Promise<void> => eventually(() => expect(bodies.bytes).toBe(length));

interface Sending {
  socket: Socket;
  received(): string;
}

/** Sends bytes as they are. @returns the connection, and what has come on it */
const send = (...texts: string[]): Promise<Sending> => connectAndSend({}, ...texts);

async function connectAndSend(options: { allowHalfOpen?: true }, ...texts: string[]): Promise<Sending> {
  const socket = connect({ port, host: '127.0.0.1', ...options })
    .setEncoding('latin1')
    .on('error', () => undefined);
  sockets.push(socket);
  let text = '';
  socket.on('data', (piece: string) => (text += piece));
  await once(socket, 'connect');
  socket.write(texts.join(''));
  return { socket, received: () => text };
}

const connections = (): Promise<number> => promisify(fastify.server.getConnections).call(fastify.server);

const headOf = (path: string, ...fields: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: text/plain', ...fields, '', ''].join('\r\n');
const announced = (path: string, length = MAX_BODY_BYTES): string =>
  headOf(path, `Content-Length: ${length}`);
const chunked = (path: string): string => headOf(path, 'Transfer-Encoding: chunked');

describe('bodies under way', () => {
  it('are refused beyond the bound with 503 and a time to come again, and taken again once others are done', async () => {
    const held = [post('/waiting', bytes(MAX_BODY_BYTES)), post('/waiting', bytes(MAX_BODY_BYTES))];
    await areHeld(2 * MAX_BODY_BYTES);
    await eventually(() => expect(waiting).toHaveLength(2));
    const refused = await post('/echo', bytes(100_000));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await post('/echo', bytes(10_000))).status).toBe(200);
    finishAll();
    for (const answer of held) expect((await answer).status).toBe(200);
    await areHeld(0);
    expect((await post('/echo', bytes(MAX_BODY_BYTES))).status).toBe(200);
  });

  it('count by what has come of them, not by what was announced', async () => {
    for (let number = 0; number < 50; number++) {
      await send(announced('/echo'));
      await send(chunked('/echo'), '5\r\nhello\r\n');
      await send(headOf('/echo', `Content-Length: ${MAX_BODY_BYTES}`, 'Expect: 100-continue'));
    }
    await areHeld(250);
    expect((await post('/echo', bytes(MAX_BODY_BYTES))).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await areHeld(0);
  });

  it('give way where they are slow and others need the room', async () => {
    const slow = [await send(announced('/echo'), 'x'.repeat(MAX_BODY_BYTES - 1))];
    slow.push(await send(announced('/echo'), 'x'.repeat(MAX_BODY_BYTES - 1)));
    await eventually(() => expect(bodies.bytes).toBeGreaterThanOrEqual(2 * MAX_BODY_BYTES - 2));
    await eventually(async () => expect((await post('/echo', bytes(MAX_BODY_BYTES))).status).toBe(200));
    await eventually(() => {
      expect(slow.map(({ received }) => received()).join('')).toMatch(/HTTP\/1.1 503[^]*retry-after: 1/i);
    });
  });

  it.each(['announced', 'chunked'])(
    'that trickle are told 408, and hold nothing any more: %s',
    async (kind) => {
      await fastify.close();
      await start(SHORT_GRACE_MS);
      const { socket, received } = await send(kind === 'announced' ? announced('/echo') : chunked('/echo'));
      const trickle = setInterval(() => socket.write(kind === 'announced' ? 'x' : '1\r\nx\r\n'), 50);
      try {
        await eventually(() => expect(bodies.bytes).toBeGreaterThan(0));
        await once(socket, 'close');
      } finally {
        clearInterval(trickle);
      }
      expect(received()).toContain('HTTP/1.1 408');
      expect(received()).toContain('application/problem+json');
      await areHeld(0);
    },
  );

  it('hold no more than twice what has come, in however many pieces', async () => {
    const pieces = 100_000;
    const { received } = await send(chunked('/waiting'), '1\r\nx\r\n'.repeat(pieces), '0\r\n\r\n');
    await eventually(() => expect(waiting).toHaveLength(1));
    expect(bodies.bytes).toBeLessThanOrEqual(2 * pieces);
    finishAll();
    await eventually(() => expect(received()).toContain('done'));
    await areHeld(0);
  });

  it('come as they were sent', async () => {
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const inPieces = new ReadableStream({
      start(controller) {
        for (let at = 0; at < sent.length; at += 7_001) controller.enqueue(sent.subarray(at, at + 7_001));
        controller.close();
      },
    });
    for (const body of [new Uint8Array(sent), inPieces]) {
      expect(Buffer.from(await (await post('/echo', body)).arrayBuffer()).equals(sent)).toBe(true);
    }
    expect(await (await post('/echo', '')).text()).toBe('');
  });

  it('that are too large are told so, announced or not', async () => {
    expect((await post('/echo', bytes(MAX_BODY_BYTES + 1))).status).toBe(413);
    const stream = new Blob([bytes(MAX_BODY_BYTES + 1)]).stream();
    expect((await post('/echo', stream)).status).toBe(413);
    await areHeld(0);
  });

  it.each([
    { how: 'announced', head: announced('/echo', 3 * MAX_BODY_BYTES), toPiece: (text: string) => text },
    { how: 'chunked', head: chunked('/echo'), toPiece: (text: string) => `10000\r\n${text}\r\n` },
  ])(
    'that are too large are told so also to a client that reads nothing while it sends: $how',
    async (one) => {
      const { socket, received } = await send();
      const errors: Error[] = [];
      socket.on('error', (error) => errors.push(error)).pause();
      socket.write(one.head);
      for (let sent = 0; sent < 3 * MAX_BODY_BYTES; sent += 65_536) {
        await new Promise((resolve) => socket.write(one.toPiece('x'.repeat(65_536)), resolve));
        await pause(2);
      }
      expect(errors).toEqual([]);
      socket.resume();
      await eventually(() => expect(received()).toMatch(/^HTTP\/1\.1 413 .*"status":413/s));
      await eventually(() => expect(socket.closed).toBe(true));
    },
  );

  it('that are too large are dropped for a while, and not without end', async () => {
    const goesOn = { allowHalfOpen: true } as const;
    const tireless = await connectAndSend(goesOn, chunked('/echo'));
    const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const more = (): void => {
      while (tireless.socket.writable && tireless.socket.write(piece));
    };
    tireless.socket.on('drain', more);
    more();
    const silent = await connectAndSend(goesOn, chunked('/echo'), '110000\r\n', 'x'.repeat(0x110000));
    await eventually(() => expect(silent.received()).toContain(' 413 '));
    await eventually(async () => expect(await connections()).toBe(0));
    expect(tireless.socket.bytesWritten).toBeGreaterThan(16 * MAX_BODY_BYTES);
    expect(silent.socket.writable).toBe(true);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'GET', 'HEAD'])(
    'are never held on a route that reads none: %s',
    async (method) => {
      const socketsUnderWay = await Promise.all(
        ['/unread', '/nowhere'].map((path) =>
          send(chunked(path).replace('POST', method), '5\r\nhello\r\n'.repeat(1_000)),
        ),
      );
      await eventually(() => {
        const [unread, nowhere] = socketsUnderWay.map(({ received }) => received());
        expect(unread).toContain('HTTP/1.1 200');
        expect(nowhere).toContain('HTTP/1.1 404');
      });
      expect(bodies.bytes).toBe(0);
    },
  );

  it('are given back when their sender is gone, read or being read, and behind an answer without an end', async () => {
    const behind = await send(
      'GET /endless HTTP/1.1\r\nHost: x\r\n\r\n',
      ...Array.from({ length: 100 }, () => chunked('/echo') + '0\r\n\r\n'),
      chunked('/echo'),
    );
    await eventually(() => expect(behind.received()).toContain('begun'));
    const whole = await send(announced('/waiting', 10), 'x'.repeat(10));
    await eventually(() => expect(waiting).toHaveLength(1));
    const half = await send(announced('/echo'), 'x'.repeat(1_000));
    await areHeld(1_010);
    for (const { socket } of [behind, whole, half]) socket.destroy();
    await areHeld(0);
    expect((await post('/echo', bytes(MAX_BODY_BYTES))).status).toBe(200);
  });
});
