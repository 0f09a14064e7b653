import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../scripts/free-ports.js';
import { type LeashedProcess, startLeashed } from '../../scripts/leashed-process.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { composeServices } from './compose.js';

const CONFIGURATION = readFileSync(
  join(import.meta.dirname, '..', '..', 'deploy', 'nginx', 'nginx.conf'),
  'utf8',
);
const nginx = await findCommand('nginx', '/usr/sbin/nginx');

/** The ports that it listens on, each with the service that is behind it. */
const LEADS = [...CONFIGURATION.matchAll(/^ +(\d+) http:\/\/([\w-]+):8080;$/gm)].map(
  ([, port, service]) => [port!, service!] as const,
);

describe('the gateway of docker-compose.yml', () => {
  const services = composeServices();

  it('leads from a port of its own to each service that runs the program for requests', () => {
    const published = services['gateway']!.ports!.map((port) => port.split(':').at(-1));
    expect(published).toEqual(LEADS.map(([port]) => port));
    const listened = [...CONFIGURATION.matchAll(/^ +listen (\d+);$/gm)].map(([, port]) => port);
    expect(listened).toEqual(LEADS.map(([port]) => port));
    const programs = Object.entries(services).filter(
      ([, { image, environment }]) => image === 'waybill' && environment?.['ROLES'] !== 'worker',
    );
    expect(LEADS.map(([, service]) => service)).toEqual(programs.map(([name]) => name));
  });

  describe.skipIf(nginx === undefined)('in a real nginx', () => {
    let directory: string;
    let gateway: LeashedProcess;
    /** By service: what each was asked for. */
    const asked = new Map<string, string[]>();
    /** What the last of them was told of its client. */
    let forwarded: unknown[] = [];
    const backends: Server[] = [];
    let ports: number[];

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'waybill-gateway-'));
      ports = await freePorts(...LEADS.map(() => 0));
      let text = CONFIGURATION.replace('/tmp/nginx.pid', join(directory, 'pid'))
        // What is no pipe nor file cannot be opened by its name.
        .replace('/dev/stderr', 'stderr')
        .replace(/^ +resolver .*$/m, '');
      for (const [index, [port, service]] of LEADS.entries()) {
        asked.set(service, []);
        const backend = createServer((req, res) => {
          asked.get(service)!.push(`${req.method} ${req.url} ${req.headers.host}`);
          forwarded = Object.entries(req.headers).filter(([field]) => /forwarded/.test(field));
          res.end(service);
        });
        await new Promise<void>((listening) => backend.listen(0, '127.0.0.1', listening));
        backends.push(backend);
        const behind = (backend.address() as AddressInfo).port;
        text = text
          .replace(`listen ${port};`, `listen 127.0.0.1:${ports[index]};`)
          .replace(`${port} http://${service}:8080;`, `${ports[index]} http://127.0.0.1:${behind};`);
      }
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${join(directory, kind)};`,
      );
      text = text.replace('http {', `http {\n${paths.join('\n')}`);
      const file = join(directory, 'nginx.conf');
      await writeFile(file, `daemon off; master_process off;\n${text}`);
      gateway = startLeashed([nginx!, '-p', directory, '-c', file, '-e', 'stderr'], {
        cwd: directory,
        graceMs: 0,
      });
      await eventually(() => fetch(`http://127.0.0.1:${ports[0]}/`));
    });
    afterAll(async () => {
      await gateway.stop();
      for (const backend of backends) backend.close();
      await rm(directory, { recursive: true, force: true });
    });

    it('takes each request to its service', async () => {
      for (const [index, [, service]] of LEADS.entries()) {
        expect(await (await fetch(`http://127.0.0.1:${ports[index]}/health`)).text()).toBe(service);
      }
    });

    it('says who its client is, and passes on nothing that the client says of it', async () => {
      const headers = {
        'x-forwarded-for': '192.0.2.1',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'evil.example',
      };
      await fetch(`http://127.0.0.1:${ports[0]}/`, { headers });
      expect(forwarded).toEqual([['x-forwarded-for', '127.0.0.1']]);
    });

    it.each(['/v1/cache/a%2Fb', '/v1/cache/..', '/v1/cache/%2e%2e', '/v1/cache/a%20b%F0%9F%8D%8A?ttl=5'])(
      'leaves the path %s as it came',
      async (path) => {
        const [port] = ports;
        // Fetch would mend the path itself.
        await new Promise<void>((done, fail) => {
          request({ host: '127.0.0.1', port, path }, (res) => res.resume().on('end', done))
            .on('error', fail)
            .end();
        });
        expect(asked.get(LEADS[0]![1])!.at(-1)).toBe(`GET ${path} 127.0.0.1:${port}`);
      },
    );
  });
});
