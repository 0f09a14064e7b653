import { pino } from 'pino';
import { Environment } from '../config/environment.js';
import { Lifecycle } from '../lifecycle.js';
import type { CacheDeclaration } from './cache-declaration.js';
import { Caches } from './caches.js';

/** Caches of a program without Redis, and the start that warms them. The registry must have no metrics of caches yet. */
export function cachesFor(
  declarations: readonly CacheDeclaration[],
  environment: Partial<Environment> = {},
): { caches: Caches; lifecycle: Lifecycle } {
  const { CACHE_MAX_BYTES, CACHE_TTL_SECONDS, CACHE_ABSENT_TTL_SECONDS } = Object.assign(
    new Environment(),
    environment,
  );
  const log = pino({ level: 'silent' });
  const lifecycle = new Lifecycle(log);
  const options = {
    maxBytes: CACHE_MAX_BYTES,
    ttlMs: CACHE_TTL_SECONDS * 1_000,
    absentTtlMs: CACHE_ABSENT_TTL_SECONDS * 1_000,
  };
  return { caches: new Caches(declarations, options, lifecycle, log), lifecycle };
}
