import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../scripts/free-ports.js';
import { startLeashed } from '../../scripts/leashed-process.js';
import { eventually } from '../support/eventually.js';

export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

/** An nginx in front of a server, which compresses what it answers. @param command the path of nginx */
export async function nginxBefore(url: string, command: string): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-nginx-'));
  const [port] = await freePorts(0);
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const places = folders.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n');
  const configuration = `
    daemon off; master_process off; pid ${directory}/pid; error_log stderr;
    events {}
    http {
      access_log off; ${places}
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${url}; proxy_http_version 1.1;
          gzip on; gzip_types application/json; gzip_min_length 1; gzip_proxied any;
        }
      }
    }`;
  await mkdir(join(directory, 'logs'));
  await writeFile(join(directory, 'nginx.conf'), configuration);
  const args = ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'];
  const nginx = startLeashed([command, ...args], {
    cwd: directory,
    graceMs: 0,
    removeAfter: directory,
  });
  const own = `http://127.0.0.1:${port}`;
  try {
    await eventually(async () => void (await fetch(own)));
  } catch (error) {
    await nginx.stop();
    throw new Error(`nginx did not start: ${nginx.lastOutput()}`, { cause: error });
  }
  return { url: own, stop: () => nginx.stop() };
}
