import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { keyPrefixOf } from '../platform/cache/cache-declaration.js';
import { type RedisClient, redisConnection } from '../platform/cache/redis-client.js';
import { type Check, type Findings, reasonOf } from '../platform/checks/check.js';
import type { Environment } from '../platform/config/environment.js';
import { readPemFiles } from '../platform/config/pem-files.js';
import { type RedisAccess, redisAccess } from '../platform/config/redis-access.js';
import { writtenName } from '../platform/config/setting-sources.js';
import type { Context } from '../platform/context.js';
import { joinHostAndPort } from '../platform/host-and-port.js';
import { encryptionOf, lookAtPeer } from './certificate-life.js';

const ANSWER_LIMIT_MS = 5_000;
const READ = `return redis.call('GET', KEYS[1])`;

/** Redis, and what its caches may do there. */
export function redisCheck(environment: Environment, contexts: readonly Context[]): Check {
  const prefixes = contexts.flatMap(({ caches = [], redisKeyPrefixes = [] }) => [
    ...caches.map(keyPrefixOf),
    ...redisKeyPrefixes,
  ]);
  return { subject: 'redis', run: (findings) => lookAtRedis(environment, prefixes, findings) };
}

async function lookAtRedis(
  environment: Environment,
  prefixes: readonly string[],
  findings: Findings,
): Promise<void> {
  const connection = redisConnection(environment, { budgetMs: ANSWER_LIMIT_MS });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.add({ onReady: resolve, onLost: reject, onTick: () => undefined });
      connection.connect();
    });
    const client = connection.client!;
    const access = redisAccess(environment);
    if ('faults' in access) return findings.fail(access.faults.join('; '));
    await lookAtEncryption(access, findings);
    for (const prefix of prefixes) {
      try {
        await tryCommands(client, `${prefix}doctor:${randomUUID()}`);
        findings.ok(`keys ${prefix}* may be read, written and deleted`);
      } catch (error) {
        findings.fail(refusal(connection.explained(error as Error), prefix, environment));
      }
    }
    await lookAtMemory(client, findings);
  } finally {
    connection.close();
  }
}

/** Commands as the caches give them, none of which changes anything: the key is not there. */
async function tryCommands(client: RedisClient, key: string): Promise<void> {
  await client.get(key);
  await client.set(key, '', { condition: 'XX', expiration: { type: 'PX', value: 1 } });
  await client.unlink(key);
  await client.eval(READ, { keys: [key] });
}

function refusal(error: Error, prefix: string, environment: Environment): string {
  const advice = error.message.startsWith('READONLY')
    ? `: name the primary in ${writtenName(environment, 'REDIS_URL')}`
    : '';
  return `${reasonOf(error)}${advice} (keys ${prefix}*)`;
}

/** The client does not say how it is connected, so this connects once more, by the same files. */
async function lookAtEncryption(access: RedisAccess, findings: Findings): Promise<void> {
  const { host, port, usesTls, files, user } = access;
  const place = joinHostAndPort(access);
  const who = user === undefined ? 'the default user' : `user ${user}`;
  if (!usesTls) return findings.ok(`${place}: not encrypted, as ${who}`);
  const socket = connect({
    host,
    port,
    ...readPemFiles(files),
    ...(isIP(host) === 0 && { servername: host }),
  });
  try {
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    findings.ok(`${place}: ${encryptionOf(socket)}, as ${who}`);
    lookAtPeer(socket, `Redis at ${place}`, findings);
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

/** A Redis that is full and drops nothing refuses what the caches write. An account that may not ask is not told. */
async function lookAtMemory(client: RedisClient, findings: Findings): Promise<void> {
  const memory = String(await client.info('memory').catch(() => ''));
  const limit = Number(/^maxmemory:(\d+)/m.exec(memory)?.[1] ?? 0);
  if (limit === 0 || !/^maxmemory_policy:noeviction\b/m.test(memory)) return;
  findings.warn(
    'maxmemory is set there with maxmemory-policy noeviction: once it is full nothing can be cached; set allkeys-lru',
  );
}
