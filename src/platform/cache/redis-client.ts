import { createClient, RESP_TYPES } from 'redis';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection.js';
import { cacheScripts } from './redis-scripts.js';

export type RedisClient = ReturnType<typeof openClient>;

const DEFAULT_BUDGET_MS = 25;
const DEFAULT_RETRY_EVERY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_PAUSE_MS = 2_000;

/**
 * A connection that caches can share, not begun yet.
 *
 * @param url `redis[s]://[[user][:password]@]host[:port][/database]`
 * @throws TypeError when the URL is none
 */
export function redisConnection(
  url: string,
  options: Partial<Omit<RedisConnectionOptions<RedisClient>, 'createClient'>> = {},
): RedisConnection<RedisClient> {
  new URL(url);
  return new RedisConnection({
    createClient: () => openClient(url),
    budgetMs: options.budgetMs ?? DEFAULT_BUDGET_MS,
    retryEveryMs: options.retryEveryMs ?? DEFAULT_RETRY_EVERY_MS,
  });
}

function openClient(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    scripts: cacheScripts,
    // The budget is ours; node-redis' own timeout costs an AbortSignal a command and ends with the write.
    commandOptions: { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    maintNotifications: 'disabled',
    socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: reconnectPauseMs },
  });
}

/** Growing pauses with jitter, so that replicas do not come back all at once. */
function reconnectPauseMs(retries: number): number {
  const pauseMs = Math.min(50 * 2 ** Math.min(retries, 10), MAX_RECONNECT_PAUSE_MS);
  return pauseMs * (0.5 + Math.random() / 2);
}
