import { isIP } from 'node:net';
import { createClient, RESP_TYPES } from 'redis';
import { readPemFiles } from '../config/pem-files.js';
import { type RedisAccess, redisAccess, type RedisSettings } from '../config/redis-access.js';
import { writtenName } from '../config/setting-sources.js';
import { ConnectionFaultError } from '../connections/connection-fault.js';
import { joinHostAndPort } from '../host-and-port.js';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection.js';
import { explainRedisFault, type RedisPeer } from './redis-connection-faults.js';
import { cacheScripts } from './redis-scripts.js';

export type RedisClient = ReturnType<typeof openClient>;

const DEFAULT_BUDGET_MS = 25;
const DEFAULT_RETRY_EVERY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;
const OLDEST_TLS = 'TLSv1.2';

/**
 * A connection that caches can share, not begun yet. Each attempt at it is by a client of its own, made of what the settings and
 * their files say by then: node-redis would go on with what a client was made with.
 *
 * @param settings with a REDIS_URL
 */
export function redisConnection(
  settings: RedisSettings,
  options: Partial<Pick<RedisConnectionOptions<RedisClient>, 'budgetMs' | 'retryEveryMs'>> = {},
): RedisConnection<RedisClient> {
  let tried: RedisAccess | undefined;
  return new RedisConnection({
    createClient() {
      const access = redisAccess(settings);
      if ('faults' in access) {
        throw new ConnectionFaultError('unusable file', access.faults.join('; '), undefined);
      }
      tried = access;
      return openClient(access);
    },
    explain: (error, isConnecting) =>
      explainRedisFault(error, peerOf(settings, tried), isConnecting) ?? error,
    pauseMs,
    budgetMs: options.budgetMs ?? DEFAULT_BUDGET_MS,
    retryEveryMs: options.retryEveryMs ?? DEFAULT_RETRY_EVERY_MS,
  });
}

function openClient({ host, port, user, password, database, ...tls }: RedisAccess) {
  return createClient({
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    database,
    disableOfflineQueue: true,
    scripts: cacheScripts,
    // The budget is ours; node-redis' own timeout costs an AbortSignal a command and ends with the write.
    commandOptions: { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    maintNotifications: 'disabled',
    socket: {
      ...{ host, port, connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false },
      ...tlsOptions(host, tls),
    },
  });
}

/** The name is checked against `host`, be it a name or an address; that of SNI is never an address (RFC 6066, section 3). */
function tlsOptions(host: string, { usesTls, files }: Pick<RedisAccess, 'usesTls' | 'files'>) {
  if (!usesTls) return {};
  return {
    tls: true as const,
    ...readPemFiles(files),
    ...(isIP(host) === 0 && { servername: host }),
    minVersion: OLDEST_TLS,
    // Node's own default can be changed by a variable of the environment.
    rejectUnauthorized: true,
  } as const;
}

function peerOf(settings: RedisSettings, access: RedisAccess | undefined): RedisPeer {
  const name = (setting: keyof RedisSettings): string => writtenName(settings, setting);
  const address = name('REDIS_URL');
  return {
    name: access === undefined ? 'Redis' : `Redis at ${joinHostAndPort(access)}`,
    address,
    encryption: `rediss:// in ${address}`,
    ca: name('REDIS_SSL_CA'),
    certificate: name('REDIS_SSL_CERT'),
    usesTls: access?.usesTls ?? false,
    account: access?.account ?? [],
    password: name('REDIS_PASSWORD'),
  };
}

/** Growing pauses with jitter, so that replicas do not come back all at once. */
function pauseMs(attempts: number): number {
  const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts, 10), MAX_PAUSE_MS);
  return longestMs * (0.5 + Math.random() / 2);
}
