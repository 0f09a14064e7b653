import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { register } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { Environment } from '../config/environment.js';
import { ForeignRequests } from './foreign-requests.js';

let server: Server;

afterEach(() => server.close());

async function serve(TRUST_PROXY: string): Promise<void> {
  register.clear();
  server = createServer((_request, response) => response.end('done'));
  const environment = Object.assign(new Environment(), { TRUST_PROXY, ALLOWED_HOSTS: ['shop.example'] });
  new ForeignRequests(environment).goBefore(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
}

async function ask(headers: Record<string, string>, method = 'GET'): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const asked = request({ port, host: '127.0.0.1', method, headers, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  return answer.statusCode;
}

describe('a request that a proxy speaks for', () => {
  const inner = { host: 'inner:8080' };
  const forShop = { ...inner, 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' };

  it('is for the host of X-Forwarded-Host where the proxy is trusted', async () => {
    await serve('loopback');
    expect(await ask(forShop)).toBe(200);
    expect(await ask(inner)).toBe(421);
    expect(await ask({ host: 'shop.example', 'x-forwarded-host': 'rebound.example' })).toBe(421);
    expect(await ask({ ...inner, 'x-forwarded-host': 'shop.example, rebound.example' })).toBe(421);
    expect(await ask({ ...inner, 'x-forwarded-host': '' })).toBe(421);
  });

  it('is for none of ours where a foreign page wrote X-Forwarded-Host, and its proxy passes that on', async () => {
    await serve('loopback');
    expect(await ask({ ...forShop, host: 'rebound.example' })).toBe(421);
    expect(await ask({ ...forShop, host: 'rebound.example.:8080' })).toBe(421);
    expect(await ask({ ...forShop, host: 'rebound.example', origin: 'https://shop.example' }, 'POST')).toBe(
      421,
    );
    for (const host of ['inner', '10.0.0.7:8080', '[::1]:8080', 'SHOP.example:443']) {
      expect(await ask({ ...forShop, host }), host).toBe(200);
    }
  });

  it('may change something from the origin that the proxy names, by its protocol', async () => {
    await serve('1');
    expect(await ask({ ...forShop, origin: 'https://shop.example' }, 'POST')).toBe(200);
    expect(await ask({ ...forShop, origin: 'http://shop.example' }, 'POST')).toBe(403);
    expect(await ask({ ...forShop, origin: 'https://inner:8080' }, 'POST')).toBe(403);
  });

  it.each(['off', '192.0.2.0/24'])('is judged by itself alone with TRUST_PROXY=%s', async (trusted) => {
    await serve(trusted);
    expect(await ask(forShop)).toBe(421);
    const ours = {
      host: 'shop.example',
      'x-forwarded-host': 'rebound.example',
      'x-forwarded-proto': 'https',
    };
    expect(await ask(ours)).toBe(200);
    expect(await ask({ ...ours, origin: 'https://rebound.example' }, 'POST')).toBe(403);
    expect(await ask({ ...ours, origin: 'http://shop.example' }, 'POST')).toBe(200);
  });
});
