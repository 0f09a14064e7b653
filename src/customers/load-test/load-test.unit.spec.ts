import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Customer } from '../model/customer.js';
import { someIds } from './customer-ids.js';
import { putGetLoad } from './get-load.js';
import { headerIn, KeptGets, NoAnswerError } from './kept-gets.js';
import { measureProduceToGet } from './produce-to-get.js';

const never = new AbortController().signal;
let server: Server;

function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  return new Promise((listening) =>
    server.listen(0, '127.0.0.1', () =>
      listening(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('GETs over kept connections', () => {
  it('take answers in parts, one after the other, on the same connection', async () => {
    const ports = new Set<number>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort!);
      const body = `€ of ${request.url}`;
      response.writeHead(200, { 'Content-Length': Buffer.byteLength(body), 'X-Data-Lag': '3' });
      response.write(body.slice(0, 3));
      setTimeout(() => response.end(body.slice(3)), 5);
    });
    const connection = await KeptGets.open(`${url}/prefix/`);
    for (const path of ['/a', '/b']) {
      const { status, body, head } = await connection.get(path);
      expect([status, body.toString(), headerIn(head, 'x-data-lag')]).toEqual([
        200,
        `€ of /prefix${path}`,
        '3',
      ]);
    }
    expect(ports.size).toBe(1);
    connection.close();
  });

  it('take an answer without a body', async () => {
    const url = await serve((_, response) => response.writeHead(304, { etag: '"1"' }).end());
    const connection = await KeptGets.open(url);
    expect((await connection.get('/a')).status).toBe(304);
    expect(headerIn((await connection.get('/a')).head, 'etag')).toBe('"1"');
    connection.close();
  });

  it('fail when the connection is lost', async () => {
    const url = await serve((request) => request.socket.destroy());
    const connection = await KeptGets.open(url);
    await expect(connection.get('/a')).rejects.toThrow(NoAnswerError);
    expect(connection.isOpen).toBe(false);
  });
});

describe('the load', () => {
  it('asks for all in turn, and counts statuses, lost connections and the lag of the data', async () => {
    const asked = new Map<string, number>();
    const enough = new AbortController();
    const url = await serve((request, response) => {
      const times = (asked.get(request.url!) ?? 0) + 1;
      asked.set(request.url!, times);
      if (request.url === '/c' && times === 1) return void request.socket.destroy();
      if (request.url === '/c' && times === 4) enough.abort();
      const status = request.url === '/b' ? 404 : 200;
      response.writeHead(status, { 'content-length': 0, 'x-data-lag': String(times === 1 ? 7 : 0) }).end();
    });
    const result = await putGetLoad({
      ...{ url, paths: ['/a', '/b', '/c'], connections: 2, seconds: 50, signal: enough.signal },
    });
    const sum = [...asked.values()].reduce((one, other) => one + other);
    expect(Math.max(...asked.values()) - Math.min(...asked.values())).toBeLessThanOrEqual(1);
    expect(result.errors).toBe(1);
    expect(result.latencies.count).toBe(sum - 1);
    expect(result.statuses.get(404)).toBe(asked.get('/b'));
    expect(result.statuses.get(200)).toBe(sum - 1 - asked.get('/b')!);
    expect(result.dataLag).toEqual({ min: 0, max: 7 });
    expect(result.latencies.percentile(50)).toBeGreaterThan(0);
    expect(result.latencies.max).toBeGreaterThanOrEqual(result.latencies.percentile(99.9));
  });
});

it('ids are taken from page to page', async () => {
  const url = await serve((request, response) => {
    const { searchParams } = new URL(request.url!, 'http://localhost');
    const isFirst = searchParams.get('cursor') === null;
    if (isFirst) response.setHeader('link', '</api/users?limit=1000&cursor=Yg>; rel="next"');
    response.end(JSON.stringify(isFirst ? ['a', 'b'] : ['c', 'd']));
  });
  expect(await someIds(`${url}/api/users`, 10)).toEqual(['a', 'b', 'c', 'd']);
  expect(await someIds(`${url}/api/users`, 3)).toEqual(['a', 'b', 'c']);
  expect(await someIds(`${url}/api/users`, 2)).toEqual(['a', 'b']);
});

describe('from producing a record to the GET that shows it', () => {
  const customers = Array.from({ length: 5 }, (_, number): Customer => {
    const texts = { accountId: `a${number}`, name: '', address: '', phone: '' };
    return { ...texts, createdAt: 1n, updatedAt: BigInt(number) };
  });

  it('is measured from before it is produced', async () => {
    const shown = new Map<string, string>();
    const url = await serve((request, response) => {
      const etag = shown.get(request.url!);
      response
        .writeHead(etag === undefined ? 404 : 200, { 'content-length': 0, ...(etag && { etag }) })
        .end();
    });
    const seen: number[] = [];
    const { latencies, lost } = await measureProduceToGet({
      ...{ url, customers, perSecond: 200, signal: never, pathOf: (id: string) => `/${id}` },
      produce: async ({ accountId, updatedAt }) => {
        await new Promise((wake) => setTimeout(wake, 20));
        shown.set(`/${accountId}`, `"${updatedAt}"`);
      },
      onSeen: (count) => seen.push(count),
    });
    expect({ count: latencies.count, lost }).toEqual({ count: 5, lost: 0 });
    expect(latencies.percentile(1)).toBeGreaterThanOrEqual(19);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('fails when one cannot be produced', async () => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-length': 0, etag: '"0"' }).end(),
    );
    const measuring = measureProduceToGet({
      ...{ url, customers: customers.slice(0, 1), perSecond: 200, signal: never, pathOf: () => '/' },
      produce: () => Promise.reject(new Error('no broker')),
      onSeen: () => undefined,
    });
    await expect(measuring).rejects.toThrow('no broker');
  });
});
