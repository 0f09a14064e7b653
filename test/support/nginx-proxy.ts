import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../scripts/free-ports.js';
import { startLeashed } from '../../scripts/leashed-process.js';
import { findCommand, installOnCi } from './debian-packages.js';
import { eventually } from './eventually.js';

export interface NginxProxy {
  /** `http://127.0.0.1:54321` */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A real nginx in front of a server, with its defaults.
 *
 * @param directives of its `http` block, such as `gzip on;`
 * @throws Error when there is no nginx on this machine
 */
export async function startNginx(upstream: string, directives = ''): Promise<NginxProxy> {
  await installOnCi('nginx-light');
  const command = await findCommand('nginx', '/usr/sbin/nginx');
  if (command === undefined) throw new Error('there is no nginx here: install nginx-light');
  const directory = await mkdtemp(join(tmpdir(), 'waybill-nginx-'));
  const [port] = await freePorts(0);
  const file = join(directory, 'nginx.conf');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(directory, kind)};`)
    .join('\n');
  await writeFile(
    file,
    `daemon off; master_process off; pid ${join(directory, 'nginx.pid')}; error_log stderr;
     events {}
     http { access_log off; ${paths} ${directives}
       server { listen 127.0.0.1:${port}; location / { proxy_pass ${upstream}; } }
     }`,
  );
  const server = startLeashed([command, '-p', directory, '-c', file], { cwd: directory, graceMs: 0 });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await eventually(() => fetch(url));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
