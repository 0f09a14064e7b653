import { tmpdir } from 'node:os';
import { createClient } from 'redis';
import { freePorts } from '../scripts/free-ports.js';
import { type LeashedProcess, startLeashed } from '../scripts/leashed-process.js';
import type { OwnCertificate } from './own-certificate.js';

export interface RedisServer extends LeashedProcess {
  /** As REDIS_URL takes it. */
  readonly url: string;
}

const KEEP_NOTHING = ['--save', '', '--appendonly', 'no'];

/**
 * A Redis of this run's own, which keeps nothing on the disk.
 *
 * @param certificate that it shows; with one it takes no connection in the clear
 * @throws Error with what it said last, when it ends instead
 */
export async function startRedisServer(certificate?: OwnCertificate): Promise<RedisServer> {
  const [port] = await freePorts(0);
  const listening =
    certificate === undefined ? ['--port', String(port)] : tlsArguments(String(port), certificate);
  const server = startLeashed(['redis-server', ...listening, '--bind', '127.0.0.1', ...KEEP_NOTHING], {
    cwd: tmpdir(),
    graceMs: 0,
  });
  const url = `${certificate === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`;
  // Whoever it is, it listens at the address of this machine that was asked for.
  const client = createClient({
    url,
    ...(certificate && { socket: { tls: true, rejectUnauthorized: false } }),
  });
  client.on('error', () => undefined);
  const ended = server.exited.then(() => {
    throw new Error(`redis-server did not start: ${server.lastOutput()}`);
  });
  // Once it has started, its end is no news.
  ended.catch(() => undefined);
  try {
    await Promise.race([client.connect(), ended]);
  } finally {
    client.destroy();
  }
  return { ...server, url };
}

function tlsArguments(port: string, { cert, key }: OwnCertificate): string[] {
  return [
    ...['--port', '0', '--tls-port', port, '--tls-cert-file', cert, '--tls-key-file', key],
    ...['--tls-ca-cert-file', cert, '--tls-auth-clients', 'no'],
  ];
}
