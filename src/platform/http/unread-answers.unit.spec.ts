import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectBy, EITHER_PROTOCOL, pairFor } from '../../../test/support/either-protocol.js';
import { createHttpAdapter } from './http-adapter.js';
import type { LargeAnswers } from './large-answers.js';
import { UnreadAnswers } from './unread-answers.js';

const MIB = 1_048_576;
const BODY = Buffer.alloc(32 * MIB, 'x');
/** Faster than the slowest client that is waited for, and slow enough to need longer than the deadline. */
const SLOW_READ = { bytes: 4 * MIB, everyMs: 500 };

describe.each(EITHER_PROTOCOL)('an answer over %s', (protocol) => {
  let fastify: FastifyInstance;
  let port: number;

  beforeEach(async () => {
    register.clear();
    fastify = createHttpAdapter(pino({ level: 'silent' }), {
      tls: await pairFor(protocol),
    }).getInstance<FastifyInstance>();
    fastify.get('/', (_request, reply) => reply.send(BODY));
    // While memory is short, the deadline is.
    new UnreadAnswers({ isPressing: true } as LargeAnswers).watch(fastify.server);
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = fastify.server.address() as AddressInfo);
  });
  afterEach(() => fastify.close());

  async function askUnread(): Promise<{ client: Socket; server: Socket }> {
    const accepted = once(fastify.server, 'request');
    const client = connectBy(protocol, port).on('error', () => undefined);
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    client.pause();
    const [{ socket: server }] = (await accepted) as [{ socket: Socket }];
    return { client, server };
  }

  it('that is not read is cut off', async () => {
    const { client, server } = await askUnread();
    await expect.poll(() => server.destroyed).toBe(true);
    expect(await register.getSingleMetricAsString('waybill_http_unread_cut_total')).toMatch(/total 1$/m);
    client.destroy();
  });

  it('that is read slowly comes whole', async () => {
    const { client } = await askUnread();
    let bytes = 0;
    let pieceBytes = 0;
    client.on('data', (piece: Buffer) => {
      bytes += piece.length;
      pieceBytes += piece.length;
      if (pieceBytes < SLOW_READ.bytes) return;
      pieceBytes = 0;
      client.pause();
      setTimeout(() => client.resume(), SLOW_READ.everyMs);
    });
    client.resume();
    await once(client, 'close');
    expect(bytes).toBeGreaterThan(BODY.length);
  });
});
