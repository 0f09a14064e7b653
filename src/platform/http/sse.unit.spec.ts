import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { knownFailures } from '../known-failures.js';
import { EventStream, sseText } from './sse.js';
import { createHttpAdapter } from './http-adapter.js';
import { answerInTurns } from './pipelined-requests.js';
import { ProblemFilter } from './problem.filter.js';

const MAX_CLIENTS = 30;
const MIB = 1_048_576;

let fastify: FastifyInstance;
let port: number;
let stream: EventStream;
let onDropped: () => void;
let sockets: Socket[];

beforeEach(async () => {
  const log = pino({ level: 'silent' });
  sockets = [];
  onDropped = vi.fn();
  stream = new EventStream({ maxClients: MAX_CLIENTS, onDropped });
  fastify = createHttpAdapter(log).getInstance<FastifyInstance>();
  fastify.setErrorHandler((error, request, reply) =>
    new ProblemFilter(log, knownFailures()).answer(error, request, reply),
  );
  fastify.get('/', (request, reply) => stream.open(request, reply));
  fastify.get<{ Params: { channel: string } }>('/of/:channel', (request, reply) =>
    stream.open(request, reply, request.params),
  );
  fastify.get('/again', (request, reply) => {
    stream.publish('data: 1\n\n', 'a');
    stream.open(request, reply, { channel: 'a', first: ['data: first\n\n'] });
  });
  fastify.get<{ Params: { mib: string } }>('/behind/:mib', (request, reply) =>
    stream.open(request, reply, { first: [`data: ${'x'.repeat(Number(request.params.mib) * MIB)}\n\n`] }),
  );
  fastify.get('/late', async (request, reply) => {
    await once(request.raw.socket, 'close');
    stream.open(request, reply);
  });
  answerInTurns(fastify.server);
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  port = (fastify.server.address() as AddressInfo).port;
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await fastify.close();
});

async function watch(
  requests = 1,
  version = '1.1',
  path = '/',
): Promise<{ socket: Socket; received(): string }> {
  const socket = connect(port, '127.0.0.1')
    .setEncoding('utf8')
    .on('error', () => undefined);
  sockets.push(socket);
  let text = '';
  socket.on('data', (piece: string) => (text += piece));
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/${version}\r\nHost: x\r\n\r\n`.repeat(requests));
  await eventually(() => expect(text).toContain('\r\n\r\n'));
  return { socket, received: () => text };
}

describe('an event stream', () => {
  it.each(['1.0', '1.1'])('is the same for all clients, as it was published: HTTP/%s', async (version) => {
    const clients = [await watch(1, version), await watch(1, version)];
    stream.publish('data: one\n\n');
    stream.publish('data: two\n\n');
    await eventually(() => {
      for (const { received } of clients) {
        expect(received()).toMatch(/\r\n\r\nretry: 2000\n\ndata: one\n\ndata: two\n\n$/);
      }
    });
    stream.publish('data: three\n\n');
    const ended = clients.map(({ socket }) => once(socket, 'close'));
    stream.end();
    await Promise.all(ended);
    for (const { received } of clients) expect(received()).toMatch(/two\n\ndata: three\n\n$/);
  });

  it('has one client a connection, however often it is asked for', async () => {
    const { socket } = await watch(1_600);
    expect(stream.size).toBe(1);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    stream.publish('data: one\n\n');
    expect(stream.size).toBe(1);
    socket.end();
    await eventually(() => expect(stream.size).toBe(0));
  });

  it('refuses more clients than there may be, until one goes', async () => {
    for (let number = 0; number < MAX_CLIENTS; number++) await watch();
    const refused = await fetch(`http://127.0.0.1:${port}/`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' })).status).toBe(200);
    sockets[0]!.destroy();
    await eventually(() => expect(stream.size).toBe(MAX_CLIENTS - 1));
    await watch();
  });

  it('writes a batch of events once to each client', async () => {
    const clients = await Promise.all([watch(), watch(), watch()]);
    const write = vi.spyOn(ServerResponse.prototype, 'write');
    for (let number = 0; number < 1_000; number++) stream.publish(`data: ${number}\n\n`);
    await eventually(() => {
      for (const { received } of clients) expect(received()).toMatch(/data: 999\n\n$/);
    });
    expect(write).toHaveBeenCalledTimes(clients.length);
    expect(new Set(write.mock.calls.map(([bytes]) => bytes as unknown)).size).toBe(1);
    write.mockRestore();
  });

  it('lets go who does not read, and nobody else', async () => {
    const reader = await watch();
    const idle = [await watch(), await watch(), await watch()];
    for (const { socket } of idle) socket.pause();
    const event = `data: ${'x'.repeat(100_000)}\n\n`;
    let published = 0;
    await eventually(
      () => {
        for (let number = 0; number < 5; number++, published++) stream.publish(event);
        expect(onDropped).toHaveBeenCalledTimes(idle.length);
      },
      { timeoutMs: 20_000 },
    );
    expect(stream.size).toBe(1);
    await eventually(() => expect(reader.received().length).toBeGreaterThan(published * event.length));
  });
});

describe('a channel of an event stream', () => {
  const watchChannel = (path: string) => watch(1, '1.1', path);

  it('has its own events and those of none, and a client without one has all', async () => {
    expect(stream.watchedChannels).toEqual([]);
    const ofA = await watchChannel('/of/a');
    const ofB = await watchChannel('/of/b');
    expect(stream.watchedChannels).toEqual(['a', 'b']);
    const ofAll = await watchChannel('/');
    expect(stream.watchedChannels).toBeUndefined();
    stream.publish('data: 1\n\n', 'a');
    stream.publish('data: 2\n\n', 'b');
    stream.publish('data: 3\n\n');
    stream.publish('data: 4\n\n', 'c');
    await eventually(() => {
      expect(ofA.received()).toMatch(/retry: 2000\n\ndata: 1\n\ndata: 3\n\n$/);
      expect(ofB.received()).toMatch(/retry: 2000\n\ndata: 2\n\ndata: 3\n\n$/);
      expect(ofAll.received()).toMatch(/data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n$/);
    });
    ofAll.socket.destroy();
    ofB.socket.destroy();
    await eventually(() => expect(stream.watchedChannels).toEqual(['a']));
  });

  it('has one client the less for each of another, and keeps nothing for one that has gone', async () => {
    for (let number = 0; number < MAX_CLIENTS; number++) await watchChannel(`/of/${number}`);
    for (const path of ['/of/more', '/', '/again']) {
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(503);
    }
    sockets[0]!.destroy();
    await eventually(() => expect(stream.size).toBe(MAX_CLIENTS - 1));
    const gone = connect(port, '127.0.0.1');
    sockets.push(gone);
    gone.write('GET /late HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(fastify.server, 'request');
    const opened = vi.spyOn(stream, 'open');
    gone.destroy();
    await eventually(() => expect(opened).toHaveBeenCalled());
    expect(stream.size).toBe(MAX_CLIENTS - 1);
  });

  it('tells a client that comes again what it was told, and no event of before twice', async () => {
    const before = await watchChannel('/of/a');
    const again = await watchChannel('/again');
    stream.publish('data: 2\n\n', 'a');
    await eventually(() => {
      expect(before.received()).toMatch(/data: 1\n\ndata: 2\n\n$/);
      expect(again.received()).toMatch(/retry: 2000\n\ndata: first\n\ndata: 2\n\n$/);
    });
    stream.publish('data: 3\n\n');
    await eventually(() => expect(again.received()).toMatch(/data: 2\n\ndata: 3\n\n$/));
  });
});

describe('the text of an event', () => {
  it('lets a client that is far behind read what it begins with, while events come', async () => {
    const { socket, received } = await watch(1, '1.1', '/behind/20');
    socket.pause();
    for (let n = 0; n < 5; n++) {
      stream.publish('data: meanwhile\n\n');
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(onDropped).not.toHaveBeenCalled();
    socket.resume();
    await eventually(() => expect(received().endsWith('data: meanwhile\n\n'.repeat(5))).toBe(true));
    expect(received().length).toBeGreaterThan(20 * MIB);
  });

  it('takes no more of those who are far behind than there is room for what they have to read', async () => {
    for (let n = 0; n < 3; n++) (await watch(1, '1.1', '/behind/20')).socket.pause();
    const refused = await watch(1, '1.1', '/behind/20');
    expect(refused.received()).toMatch(/^HTTP\/1\.1 503 /);
    expect(onDropped).not.toHaveBeenCalled();
    expect((await watch()).received()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('ends with an empty line, and has a field for each line of its data', () => {
    expect(sseText({ event: 'moved', id: 'T1:2', data: '{"a":1}' })).toBe(
      'event: moved\nid: T1:2\ndata: {"a":1}\n\n',
    );
    expect(sseText({ event: 'moved', id: '1', data: 'a\nb\r\nc\rid: 2' })).toBe(
      'event: moved\nid: 1\ndata: a\ndata: b\ndata: c\ndata: id: 2\n\n',
    );
  });
});
