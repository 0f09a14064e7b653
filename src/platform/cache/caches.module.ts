import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Health } from '../health/health.js';
import { Lifecycle } from '../lifecycle.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import type { CacheDeclaration } from './cache-declaration.js';
import { Caches } from './caches.js';
import type { RedisCaches } from './redis-caches.js';
import { SharedRedis } from './shared-redis.js';

/** The caches of all contexts. */
@Global()
@Module({})
export class CachesModule {
  /** @param usesRedis whether a context keeps values of its own there */
  static register(declarations: readonly CacheDeclaration[], usesRedis = false): DynamicModule {
    const share = async (
      environment: Environment,
      health: Health,
      lifecycle: Lifecycle,
      log: Logger,
    ): Promise<SharedRedis> => {
      const isUsed = usesRedis || declarations.length > 0;
      return new SharedRedis(isUsed ? await redisOf(environment, health, lifecycle, log) : undefined);
    };
    const open = (
      environment: Environment,
      { redis }: SharedRedis,
      lifecycle: Lifecycle,
      log: Logger,
    ): Caches => {
      const options = {
        maxBytes: environment.CACHE_MAX_BYTES,
        ttlMs: environment.CACHE_TTL_SECONDS * 1_000,
        absentTtlMs: environment.CACHE_ABSENT_TTL_SECONDS * 1_000,
        redis,
      };
      return new Caches(declarations, options, lifecycle, log);
    };
    return {
      module: CachesModule,
      providers: [
        { provide: SharedRedis, useFactory: share, inject: [Environment, Health, Lifecycle, LOGGER] },
        { provide: Caches, useFactory: open, inject: [Environment, SharedRedis, Lifecycle, LOGGER] },
      ],
      exports: [Caches, SharedRedis],
    };
  }
}

async function redisOf(
  environment: Environment,
  health: Health,
  lifecycle: Lifecycle,
  log: Logger,
): Promise<RedisCaches | undefined> {
  if (environment.REDIS_URL === undefined) return undefined;
  // The client is a fifth of all modules that the program loads at its start.
  const { RedisCaches } = await import('./redis-caches.js');
  const redis = new RedisCaches({ settings: environment, ttlMs: environment.CACHE_TTL_SECONDS * 1_000 }, log);
  lifecycle.beforeReady('Redis', () => {
    redis.connect();
    health.addCheck('redis', () => redis.state(), { isOptional: true });
  });
  lifecycle.onClose('Redis', () => redis.close());
  return redis;
}
