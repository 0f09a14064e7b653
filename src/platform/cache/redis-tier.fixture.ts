import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { redisAt } from '../../../test/support/redis-server.js';
import { type RedisClient, redisConnection } from './redis-client.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisTier, type RedisTierOptions } from './redis-tier.js';

export const BUDGET_MS = 25;
export const RETRY_MS = 50;

/** Of the tier, and of a connection of its own unless it is to share another's. */
export interface TierOptions extends Partial<RedisTierOptions> {
  readonly url?: string;
  readonly connection?: RedisConnection<RedisClient>;
}

export const up = (tier: RedisTier): Promise<void> =>
  vi.waitFor(() => expect(tier.state()).toBe('up'), { timeout: 10_000, interval: 5 });
export const down = (tier: RedisTier): Promise<void> =>
  vi.waitFor(() => expect(tier.state()).toBe('down'), { timeout: 10_000, interval: 5 });

/** The tiers that a test opens, each under keys of its own. */
export class OpenedTiers {
  private readonly connections = new Map<RedisTier, RedisConnection<RedisClient>>();

  constructor(private readonly url: () => string) {}

  /** A tier that has begun to connect. */
  readonly make = ({ url, connection: shared, ...options }: TierOptions = {}): RedisTier => {
    const { budgetMs = BUDGET_MS, retryEveryMs = RETRY_MS } = options;
    const connection = shared ?? redisConnection(redisAt(url ?? this.url()), { budgetMs, retryEveryMs });
    const keyPrefix = `${randomUUID()}:`;
    const tier = new RedisTier(connection, {
      keyPrefix,
      ttlMs: 3_600_000,
      ...options,
      budgetMs,
      retryEveryMs,
    });
    this.connections.set(tier, connection);
    connection.connect();
    return tier;
  };

  readonly makeUp = async (options: TierOptions = {}): Promise<RedisTier> => {
    const tier = this.make(options);
    await up(tier);
    return tier;
  };

  connectionOf(tier: RedisTier): RedisConnection<RedisClient> {
    return this.connections.get(tier)!;
  }

  async closeAll(): Promise<void> {
    const opened = [...this.connections];
    this.connections.clear();
    for (const [tier] of opened) await tier.close();
    for (const [, connection] of opened) connection.close();
  }
}
