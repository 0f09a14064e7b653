import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EITHER_PROTOCOL, getFrom, pairFor } from '../../../test/support/either-protocol.js';
import { SecondLoopback } from './second-loopback.js';

async function isTaken(port: number): Promise<boolean> {
  const probe = createTcpServer();
  const outcome = Promise.race([once(probe, 'listening'), once(probe, 'error')]);
  probe.listen(port, '::1');
  await outcome.catch(() => undefined);
  const { listening } = probe;
  probe.close();
  return !listening;
}

describe.each(EITHER_PROTOCOL)('localhost, over %s', (protocol) => {
  async function serve(): Promise<{ server: Server; port: number }> {
    const pair = await pairFor(protocol);
    const server = pair === undefined ? createServer() : createHttpsServer({ ...pair });
    server.on('request', (_request, response) => response.end('one server'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return { server, port: (server.address() as AddressInfo).port };
  }

  it('is both loopback addresses, with one server behind them', async () => {
    const { server, port } = await serve();
    const second = await SecondLoopback.listenFor(server);
    for (const host of ['127.0.0.1', '[::1]']) {
      expect(await getFrom(`${protocol}://${host}:${port}/`)).toMatchObject({ body: 'one server' });
    }
    server.closeAllConnections();
    await second.close();
    server.close();
    expect(await isTaken(port)).toBe(false);
  });

  it('is one of them where the other cannot be had', async () => {
    const { server, port } = await serve();
    const other = createTcpServer().listen(port, '::1');
    await once(other, 'listening');
    const second = await SecondLoopback.listenFor(server);
    expect(await getFrom(`${protocol}://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
    await second.close();
    other.close();
    server.closeAllConnections();
    server.close();
  });
});
