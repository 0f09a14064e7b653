import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { OpenConnections } from './open-connections.js';

const LIMIT_MS = 20_000;

let server: Server;
let connections: OpenConnections;
let port: number;
/** Requests under way. */
let waiting: ServerResponse[];

beforeEach(async () => {
  waiting = [];
  server = createServer((_request, response) => waiting.push(response));
  connections = new OpenConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(() => server.closeAllConnections());

const drain = (limitMs: number): Promise<void> =>
  connections.drain(promisify(server.close.bind(server)), limitMs);

async function underWay(): Promise<Promise<string>[]> {
  const answer = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
  await eventually(() => expect(waiting).toHaveLength(1));
  return [answer];
}

describe('a server that closes', () => {
  it('waits for a request under way, and not for connections on which none has come', async () => {
    const silent = connect(port, '127.0.0.1');
    await once(server, 'connection');
    const [answer] = await underWay();
    const drained = drain(LIMIT_MS);
    await once(silent, 'close');
    waiting[0]!.end('done');
    expect(await answer).toBe('done');
    await drained;
  });

  it('cuts off at its limit what is still under way', async () => {
    const [answer] = await underWay();
    await Promise.all([drain(10), expect(answer).rejects.toThrow()]);
  });
});
