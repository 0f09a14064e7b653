import type { PartState } from '../health/health.js';
import type { Logger } from '../logging/logger.js';
import { type CacheDeclaration, keyPrefixOf } from './cache-declaration.js';
import { redisConnection } from './redis-client.js';
import { RedisTier } from './redis-tier.js';

export interface RedisCachesOptions {
  readonly url: string;
  readonly ttlMs: number;
}

/** The second tiers of all caches of a process: one connection, and a breaker each. */
export class RedisCaches {
  private readonly connection: ReturnType<typeof redisConnection>;
  private readonly tiers = new Map<string, RedisTier>();

  /** @throws TypeError when `url` is not a URL */
  constructor(
    private readonly options: RedisCachesOptions,
    private readonly log: Logger,
  ) {
    this.connection = redisConnection(options.url);
  }

  /** @param hasConstants whether entries carry a text that is the same for all versions of a key, kept under a key beside it */
  open(declaration: CacheDeclaration, { hasConstants }: { hasConstants: boolean }): RedisTier {
    const { name: cache } = declaration;
    const tier = new RedisTier(this.connection, {
      keyPrefix: keyPrefixOf(declaration),
      hasConstants,
      ttlMs: this.options.ttlMs,
      onState: (state, reason) => {
        if (state === 'up') this.log.info({ cache }, 'Redis is used');
        else this.log.warn({ err: reason, cache }, 'Redis is skipped until it is back');
      },
    });
    this.tiers.set(cache, tier);
    return tier;
  }

  /** Starts connecting in the background; does not wait for Redis and never fails. */
  connect(): void {
    this.connection.connect();
  }

  /** Up when Redis is used for every cache. The detail names the caches, unless all of them are down for the same reason. */
  state(): PartState {
    const down = [...this.tiers].filter(([, tier]) => tier.state() === 'down');
    if (down.length === 0) return { up: true };
    const reasons = new Set(down.map(([, tier]) => tier.detail()));
    const [reason] = reasons;
    if (down.length === this.tiers.size && reasons.size === 1) {
      return { up: false, ...(reason !== undefined && { detail: reason }) };
    }
    const detail = down.map(([cache, tier]) => `${cache}: ${tier.detail() ?? 'connecting'}`).join('; ');
    return { up: false, detail };
  }

  /** Lets each tier write what waits, for as long as its `close` allows, and ends the connection. */
  async close(): Promise<void> {
    await Promise.all([...this.tiers.values()].map((tier) => tier.close()));
    this.connection.close();
  }
}
