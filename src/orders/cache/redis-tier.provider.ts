import type { FactoryProvider } from '@nestjs/common';
import type { RedisTier } from '../../platform/cache/redis-tier.js';
import { Environment } from '../../platform/config/environment.js';
import { Health } from '../../platform/health/health.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';

/** The cache's second tier, undefined without REDIS_URL. */
export const REDIS_TIER = Symbol('RedisTier');

const KEY_PREFIX = 'waybill:order:';

export const REDIS_TIER_PROVIDER: FactoryProvider = {
  provide: REDIS_TIER,
  useFactory: createRedisTier,
  inject: [Environment, Health, Lifecycle, LOGGER],
};

async function createRedisTier(
  environment: Environment,
  health: Health,
  lifecycle: Lifecycle,
  log: Logger,
): Promise<RedisTier | undefined> {
  if (environment.REDIS_URL === undefined) return undefined;
  // The client is a fifth of all modules that the program loads at its start.
  const { RedisTier } = await import('../../platform/cache/redis-tier.js');
  const redis = new RedisTier({
    url: environment.REDIS_URL,
    keyPrefix: KEY_PREFIX,
    hasConstants: true,
    ttlMs: environment.CACHE_TTL_SECONDS * 1_000,
    onState: (state, reason) => {
      if (state === 'up') log.info('Redis is used');
      else log.warn({ err: reason }, 'Redis is skipped until it is back');
    },
  });
  lifecycle.beforeReady('Redis', () => {
    redis.connect();
    health.addCheck(
      'redis',
      () => {
        const detail = redis.detail();
        return { up: redis.state() === 'up', ...(detail !== undefined && { detail }) };
      },
      { isOptional: true },
    );
  });
  lifecycle.onClose('Redis', () => redis.close());
  return redis;
}
