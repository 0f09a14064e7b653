import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectBy, EITHER_PROTOCOL, pairFor } from '../../../test/support/either-protocol.js';
import { eventually } from '../../../test/support/eventually.js';
import { createHttpAdapter } from './http-adapter.js';
import { READS_BODY, takeBodiesAsBytes } from './request-bodies.js';
import { answerInTurns, endConnectionWith } from './pipelined-requests.js';
import { beforeRequests } from './request-gate.js';

describe.each(EITHER_PROTOCOL)('over %s', (protocol) => {
  let fastify: FastifyInstance;
  let server: Server;
  let port: number;
  /** What was begun, in order, and how many of one connection at a time at most. */
  let begun: string[];
  let underWay: Map<Socket, number>;
  let mostUnderWay: number;
  /** Ends one slow request each. */
  let slow: (() => void)[];
  let ended: ServerResponse[];
  let sockets: Socket[];
  let closeLongestIdle: () => boolean;

  beforeEach(async () => {
    begun = [];
    underWay = new Map();
    mostUnderWay = 0;
    slow = [];
    ended = [];
    sockets = [];
    fastify = createHttpAdapter(pino({ level: 'silent' }), {
      tls: await pairFor(protocol),
    }).getInstance<FastifyInstance>();
    takeBodiesAsBytes(fastify);
    fastify.get('/slow/:name', (_request, reply) => {
      slow.push(() => void reply.send('slow'));
      return reply;
    });
    fastify.post('/echo', { config: READS_BODY }, (request) => request.body ?? 'no body');
    fastify.get('/endless', (_request, reply) => {
      reply.hijack();
      endConnectionWith(reply.raw);
      reply.raw.writeHead(200).write('begun');
      ended.push(reply.raw);
    });
    server = fastify.server;
    beforeRequests(server, (request, response) => {
      count(request, response);
      if (!request.url!.startsWith('/now/')) return false;
      response.end(request.url);
      return true;
    });
    closeLongestIdle = answerInTurns(server);
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    port = (server.address() as AddressInfo).port;
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await fastify.close();
  });

  function count({ socket, url }: IncomingMessage, response: ServerResponse): void {
    begun.push(url!);
    const now = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, now);
    mostUnderWay = Math.max(mostUnderWay, now);
    response.prependOnceListener('close', () => underWay.set(socket, underWay.get(socket)! - 1));
  }

  /** A connection, and all that has come on it. */
  async function open(): Promise<{ socket: Socket; received(): string; bodies(): string[] }> {
    const socket = connectBy(protocol, port).setEncoding('latin1');
    sockets.push(socket);
    let text = '';
    let unread = '';
    const bodies: string[] = [];
    socket.on('data', (piece: string) => {
      text += piece;
      unread = takeBodies(unread + piece, bodies);
    });
    await once(socket, 'connect');
    return { socket, received: () => text, bodies: () => bodies };
  }

  /** @returns what is left behind the last whole answer */
  function takeBodies(text: string, bodies: string[]): string {
    for (let at = 0; ;) {
      const head = text.indexOf('\r\n\r\n', at) + 4;
      const length = Number(/content-length: (\d+)/i.exec(text.slice(at, head))?.[1] ?? NaN);
      if (head < 4 || !(text.length >= head + length)) return text.slice(at);
      bodies.push(text.slice(head, head + length));
      at = head + length;
    }
  }

  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const postOf = (body: string): string =>
    `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const inChunks = (...chunks: string[]): string =>
    `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n${[
      ...chunks,
      '',
    ]
      .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      .join('')}`;
  const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
  const nowPaths = (length: number): string[] => range(length).map((index) => `/now/${index}`);

  describe('pipelined requests', () => {
    it('are all answered, in order, one at a time', async () => {
      const { socket, bodies } = await open();
      const paths = nowPaths(5_000);
      socket.write(paths.map(get).join(''));
      await eventually(() => expect(bodies()).toHaveLength(5_000));
      expect(bodies()).toEqual(paths);
      expect(begun).toEqual(paths);
      expect(mostUnderWay).toBe(1);
    });

    it('of every kind are answered in order, wherever their bytes are cut', async () => {
      const texts = range(400).map((index) => {
        const kinds = [
          get(`/now/${index}`),
          postOf(`b\r\n\r\n${index}`),
          inChunks('c', `\r\n\r\n${index}`),
          postOf(''),
        ];
        return kinds[index % kinds.length]!;
      });
      const expected = range(400).map(
        (index) => [`/now/${index}`, `b\r\n\r\n${index}`, `c\r\n\r\n${index}`, ''][index % 4]!,
      );
      const all = texts.join('');
      for (const size of [all.length, 1_000, 97, 16_384]) {
        const { socket, bodies } = await open();
        socket.setNoDelay(true);
        for (let at = 0; at < all.length; at += size) {
          socket.write(all.slice(at, at + size));
          if (size < 1_000 || at % 3 === 0) await new Promise(setImmediate);
        }
        await eventually(() => expect(bodies()).toHaveLength(400));
        expect(bodies()).toEqual(expected);
        socket.destroy();
      }
      expect(mostUnderWay).toBe(1);
    });

    it('with bodies larger than what Node buffers come behind others', async () => {
      const { socket, bodies } = await open();
      const large = 'x'.repeat(300_000);
      socket.write(
        postOf('y'.repeat(40_000)) + get('/now/1') + postOf(large) + get('/now/2') + inChunks(large, large),
      );
      await eventually(() => expect(bodies()).toHaveLength(5));
      expect(bodies().map((body) => body.length)).toEqual([40_000, 6, 300_000, 6, 600_000]);
    });

    it('wait behind a slow one, and are not begun', async () => {
      const { socket, bodies } = await open();
      const paths = nowPaths(1_000);
      socket.write([get('/slow/1'), ...paths.map(get)].join(''));
      await eventually(() => expect(slow).toHaveLength(1));
      socket.write(get('/slow/2'));
      const other = await open();
      other.socket.write(get('/now/other'));
      await eventually(() => expect(other.bodies()).toEqual(['/now/other']));
      expect(begun).toEqual(['/slow/1', '/now/other']);
      slow[0]!();
      await eventually(() => expect(slow).toHaveLength(2));
      slow[1]!();
      await eventually(() => expect(bodies()).toEqual(['slow', ...paths, 'slow']));
    });

    it('are answered also when their sender has closed its side after them', async () => {
      const { socket, bodies } = await open();
      const paths = nowPaths(500);
      socket.end(paths.map(get).join(''));
      await once(socket, 'close');
      expect(bodies()).toEqual(paths);
    });

    it('leave others their turns', async () => {
      const greedy = await open();
      greedy.socket.pause();
      const paths = nowPaths(3_000);
      const other = await open();
      await eventually(() => expect(server.listening).toBe(true));
      greedy.socket.write(paths.map(get).join(''));
      greedy.socket.resume();
      await eventually(() => expect(begun.length).toBeGreaterThan(0));
      other.socket.write(get('/now/other'));
      await eventually(() => expect(greedy.bodies()).toHaveLength(3_000));
      await eventually(() => expect(other.bodies()).toHaveLength(1));
      expect(begun.indexOf('/now/other')).toBeLessThan(begun.indexOf('/now/2999'));
    });

    it('are dropped when their sender is gone', async () => {
      const { socket } = await open();
      socket.write([get('/slow/1'), ...nowPaths(100).map(get)].join(''));
      await eventually(() => expect(slow).toHaveLength(1));
      socket.destroy();
      slow[0]!();
      await eventually(async () => expect(await promisify(server.getConnections.bind(server))()).toBe(0));
      expect([...underWay.values()]).toEqual([0]);
      expect(begun.length).toBeLessThan(100);
    });

    it('are dropped behind an answer without an end, whose end is seen all the same', async () => {
      const { socket, received } = await open();
      socket.write([get('/endless'), ...range(1_600).map(() => get('/endless'))].join(''));
      await eventually(() => expect(received()).toContain('begun'));
      expect(received()).toMatch(/connection: close/i);
      for (let times = 0; times < 20; times++) socket.write(get('/endless').repeat(1_000));
      const other = await open();
      other.socket.write(get('/now/other'));
      await eventually(() => expect(other.bodies()).toHaveLength(1));
      expect(begun).toEqual(['/endless', '/now/other']);
      const closed = once(ended[0]!, 'close');
      socket.end();
      await closed;
    });

    it('of which one is cut off by the end of their sender end the connection', async () => {
      const { socket } = await open();
      socket.end(get('/now/1') + get('/now/2') + postOf('whole').slice(0, -1));
      await once(socket, 'close');
      expect(begun.length).toBeLessThan(4);
    });

    it('that are malformed end the connection', async () => {
      const { socket, received } = await open();
      socket.write(`${nowPaths(50).map(get).join('')}NO HTTP\r\n\r\n`);
      await once(socket, 'close');
      expect(received()).toContain('HTTP/1.1 400');
    });
  });

  describe('the connection that has been idle the longest', () => {
    it('can be closed, unless a request of it is under way', async () => {
      expect(closeLongestIdle()).toBe(false);
      const [silent, used, slowOne] = [await open(), await open(), await open()];
      slowOne.socket.write(get('/slow/1'));
      await eventually(() => expect(slow).toHaveLength(1));
      used.socket.write(get('/now/1'));
      await eventually(() => expect(used.bodies()).toHaveLength(1));
      for (const one of [silent, used]) {
        const closed = once(one.socket, 'close');
        await eventually(() => expect(closeLongestIdle()).toBe(true));
        await closed;
      }
      expect(closeLongestIdle()).toBe(false);
      slow[0]!();
      await eventually(() => expect(slowOne.bodies()).toEqual(['slow']));
    });
  });
});
