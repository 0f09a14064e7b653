import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, expectProblem } from '../../../test/e2e/api.js';
import { type EventStream, watch } from '../../../test/e2e/event-stream.js';
import { eventually } from '../../../test/support/eventually.js';
import type { EventStreams } from '../../platform/http/event-streams.js';
import { createHttpAdapter } from '../../platform/http/http-adapter.js';
import { ProblemFilter } from '../../platform/http/problem.filter.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { EventStream as Clients } from '../../platform/http/sse.js';
import { knownFailures } from '../../platform/known-failures.js';
import type { Lifecycle } from '../../platform/lifecycle.js';
import type { OrderCache } from '../cache/order-cache.js';
import { OrderBroadcast } from '../service/order-broadcast.js';
import { OrderStreamController } from './order-stream.controller.js';

let fastify: FastifyInstance;
let url: string;
let broadcast: OrderBroadcast;
let streams: EventStream[];

beforeEach(async () => {
  streams = [];
  const log = pino({ level: 'silent' });
  const lifecycle = { onDrain: () => undefined } as unknown as Lifecycle;
  const cache = { changed: () => undefined, forgetAll: () => undefined } as unknown as OrderCache;
  broadcast = new OrderBroadcast(cache, lifecycle);
  const clients = { add: () => new Clients({ maxClients: 10 }) } as unknown as EventStreams;
  const controller = new OrderStreamController(broadcast, clients);
  fastify = createHttpAdapter(log).getInstance<FastifyInstance>();
  fastify.setErrorHandler((error, request, reply) =>
    new ProblemFilter(log, knownFailures()).answer(error, request, reply),
  );
  fastify.get<{ Querystring: Parameters }>('/api/events', (request, reply) => {
    const header = request.headers['last-event-id'] as string | undefined;
    controller.stream(request.query, header, request, reply);
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(fastify.server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const stream of streams) stream.hangUp();
  await fastify.close();
});

async function open(query = '', headers: Record<string, string> = {}): Promise<EventStream> {
  const stream = await watch(url, `/api/events${query}`, headers);
  streams.push(stream);
  return stream;
}

const happen = (version: number): void =>
  broadcast.announce({
    orderUid: 'a',
    version,
    isNew: version === 1,
    value: Buffer.from(JSON.stringify({ order_uid: 'a', version })),
  });

const namesOf = ({ events }: EventStream): string[] =>
  events.map(({ event, data }) => (event === 'order-status' ? `version ${String(data.version)}` : event));

const expectNames = (stream: EventStream, names: readonly string[]): Promise<void> =>
  eventually(() => expect(namesOf(stream)).toEqual(names));

describe('the stream of status events', () => {
  it('begins with the id to come again with, before anything has happened', async () => {
    const first = await open();
    await expectNames(first, ['start']);
    first.hangUp();
    happen(1);
    await expectNames(await open(`?lastEventId=${first.events[0]!.id}`), ['version 1']);
  });

  it('goes on behind an event, by the query or by the header, each event once', async () => {
    const first = await open();
    happen(1);
    await expectNames(first, ['start', 'version 1']);
    const seen = first.events[1]!.id;
    happen(2);
    const again = [await open(`?lastEventId=${seen}`), await open('', { 'last-event-id': seen })];
    happen(3);
    for (const stream of again) await expectNames(stream, ['version 2', 'version 3']);
  });

  it('takes the header where both are given, since a browser that reconnects has seen more by then', async () => {
    const first = await open();
    happen(1);
    happen(2);
    await expectNames(first, ['start', 'version 1', 'version 2']);
    const [start, , second] = first.events;
    happen(3);
    const again = await open(`?lastEventId=${start!.id}`, { 'last-event-id': second!.id });
    await expectNames(again, ['version 3']);
  });

  it.each(['0123abcd.7', 'of-another-version'])(
    'says reset behind %s, which is none of its own',
    async (id) => {
      await expectNames(await open(`?lastEventId=${id}`), ['reset']);
    },
  );

  it.each([
    'lastEventId=',
    `lastEventId=${'x'.repeat(65)}`,
    'lastEventId=a%20b',
    'lastEventId=a&lastEventId=b',
  ])('refuses %s by the name of the parameter', async (query) => {
    const problem = expectProblem(await ask(`${url}/api/events?${query}`), 400);
    expect(problem).toMatchObject({ errors: [{ path: 'lastEventId' }] });
  });
});
