import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePorts } from '../../scripts/free-ports.js';
import { startLeashed } from '../../scripts/leashed-process.js';
import { findCommand, installOnCi } from './debian-packages.js';
import type { StartedService } from './shared-services.js';
import { setUpTier } from './tier-setup.js';

const START_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 20;

/** Specs change the settings of their server, so those that run side by side have one each. */
const SERVERS = 3;

/** The Redis tier: the server that TEST_REDIS_URL names, or some of this run's own that keep nothing. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return setUpTier(project, 'redis', async () => {
    const url = process.env.TEST_REDIS_URL;
    return url ? { service: { urls: [url] } } : startServers();
  });
}

async function startServers(): Promise<StartedService<{ urls: string[] }>> {
  const servers: StartedService<string>[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(servers.map((one) => one.stop?.())));
  try {
    while (servers.length < SERVERS) servers.push(await startRedis());
  } catch (error) {
    await stop();
    throw error;
  }
  return { service: { urls: servers.map(({ service }) => service) }, stop };
}

async function startRedis(): Promise<StartedService<string>> {
  let command = await findCommand('redis-server');
  if (command === undefined) {
    await installOnCi('redis-server');
    command = await findCommand('redis-server');
  }
  if (command === undefined) throw new Error('no redis-server on the PATH, and TEST_REDIS_URL is not set');

  const [port] = await freePorts(0);
  const directory = await mkdtemp(join(tmpdir(), 'waybill-redis-'));
  const redis = startLeashed(
    [command, '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { cwd: directory, graceMs: 0, removeAfter: directory },
  );
  let ended = false;
  void redis.exited.finally(() => (ended = true));

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answersPing(port))) {
    if (ended || Date.now() > deadline) {
      await redis.stop();
      throw new Error(`redis-server did not start: ${redis.lastOutput()}`);
    }
    await new Promise((wake) => setTimeout(wake, POLL_INTERVAL_MS));
  }
  return { service: `redis://127.0.0.1:${port}`, stop: () => redis.stop() };
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('data', (reply) => end(reply.toString().startsWith('+PONG')));
  });
}
