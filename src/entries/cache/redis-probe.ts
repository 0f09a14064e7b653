import { randomUUID } from 'node:crypto';
import { keyPrefixOf } from '../../platform/cache/cache-declaration.js';
import type { RedisClient } from '../../platform/cache/redis-client.js';
import type { WriteId } from '../model/queued-write.js';
import { ENTRY_CACHE } from './entry-cache.declaration.js';
import { encodeEntry } from './redis-entry.js';
import { putPending, readPending } from './redis-pending.js';
import { putInRedis } from './redis-scripts.js';

const PROBE_MS = 60_000;
/** Of no epoch. */
const PROBE = `${keyPrefixOf(ENTRY_CACHE)}probe:${randomUUID()}`;

/**
 * That it takes writes, by the script that all writes use, and lets them be read.
 *
 * @throws Error when it does not, and what Redis says
 */
export async function requireWrites(client: RedisClient): Promise<void> {
  const entry = { instance: 'probe', key: 'probe', createdAtUs: 0, updatedAtUs: 0, content: undefined };
  const value = encodeEntry({ ...entry, version: Date.now() });
  await putInRedis(client, [{ redisKey: PROBE, value, ttlMs: PROBE_MS }]);
  if ((await client.get(PROBE)) !== null) return;
  // The script passes over a refusal; this has Redis say why.
  await client.set(PROBE, value, { PX: PROBE_MS });
  throw new Error('it refuses writes');
}

/** That writes that wait can be shown: an ACL may refuse the commands for it alone. @throws what Redis says */
export async function requirePending(client: RedisClient, process: WriteId['process']): Promise<void> {
  await putPending(client, process, [{ redisKey: PROBE, number: 0, value: Buffer.from('probe') }]);
  await readPending(client, PROBE, 'probe');
}
