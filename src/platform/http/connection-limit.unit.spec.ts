import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectBy, EITHER_PROTOCOL, pairFor } from '../../../test/support/either-protocol.js';
import { eventually } from '../../../test/support/eventually.js';
import { ConnectionLimit, connectionsWithin, openFilesLimit } from './connection-limit.js';
import { createHttpAdapter } from './http-adapter.js';
import { answerInTurns } from './pipelined-requests.js';

const MAX = 5;
const log = pino({ level: 'silent' });

describe.each(EITHER_PROTOCOL)('connections beyond the limit, over %s', (protocol) => {
  let fastify: FastifyInstance;
  let port: number;
  let waiting: (() => void)[];
  let sockets: Socket[];

  beforeEach(async () => {
    register.clear();
    waiting = [];
    sockets = [];
    fastify = createHttpAdapter(log, { tls: await pairFor(protocol) }).getInstance<FastifyInstance>();
    fastify.get('/now', () => 'now');
    fastify.get('/waiting', (_request, reply) => {
      waiting.push(() => void reply.send('done'));
      return reply;
    });
    new ConnectionLimit(MAX, answerInTurns(fastify.server)).watch(fastify.server);
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    port = (fastify.server.address() as AddressInfo).port;
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await fastify.close();
  });

  async function open(path?: string): Promise<{ socket: Socket; received(): string }> {
    const socket = connectBy(protocol, port)
      .setEncoding('utf8')
      .on('error', () => undefined);
    sockets.push(socket);
    let text = '';
    socket.on('data', (piece: string) => (text += piece));
    await once(socket, 'connect');
    if (path !== undefined) socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return { socket, received: () => text };
  }

  const turnedAway = async (how: string): Promise<number | undefined> => {
    const text = await register.getSingleMetricAsString('waybill_http_connections_turned_away_total');
    return Number(new RegExp(`how="${how}"} (\\d+)`).exec(text)?.[1]);
  };

  it('take the place of those that are idle, the longest first', async () => {
    const idle: Awaited<ReturnType<typeof open>>[] = [];
    for (let number = 0; number < MAX; number++) idle.push(await open());
    await eventually(async () =>
      expect(await register.getSingleMetricAsString('waybill_http_connections')).toContain(
        ` ${MAX}\n`.trim(),
      ),
    );
    idle[0]!.socket.write('GET /now HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(idle[0]!.received()).toContain('200 OK'));
    const closed = once(idle[1]!.socket, 'close');
    const { received } = await open('/now');
    await eventually(() => expect(received()).toContain('200 OK'));
    await closed;
    expect(idle.filter(({ socket }) => socket.closed)).toHaveLength(1);
    expect(await turnedAway('closed_idle')).toBe(1);
    expect(await turnedAway('refused')).toBe(0);
  });

  it('are answered 503 while all others have a request under way, and taken once one has not', async () => {
    for (let number = 0; number < MAX; number++) await open('/waiting');
    await eventually(() => expect(waiting).toHaveLength(MAX));
    const refused = await open('/now');
    await once(refused.socket, 'close');
    expect(refused.received()).toMatch(
      /^HTTP\/1.1 503 [^]*retry-after: 1\r\n[^]*application\/problem\+json[^]*connection: close\r\n/,
    );
    expect(await turnedAway('refused')).toBe(1);
    waiting[0]!();
    await eventually(async () => {
      const { received } = await open('/now');
      await eventually(() => expect(received()).toContain('200 OK'), { timeoutMs: 3_000 });
    });
  });
});

describe('the limit of connections', () => {
  it('is the setting where the limit of open files allows it, and else what that leaves, with a word', () => {
    const warn = vi.spyOn(log, 'warn');
    expect(connectionsWithin(2_048, 1_048_576, 12, log)).toBe(2_048);
    expect(connectionsWithin(2_048, undefined, 12, log)).toBe(2_048);
    expect(warn).not.toHaveBeenCalled();
    expect(connectionsWithin(2_048, 1_024, 12, log)).toBe(1_024 - 128 - 12);
    expect(connectionsWithin(2_048, 100, 12, log)).toBe(16);
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it.runIf(process.platform === 'linux')('is looked up', () => {
    expect(openFilesLimit()).toBeGreaterThan(100);
  });
});
