import { atMost } from '../at-most.js';
import type { RedisSettings } from '../config/redis-access.js';
import type { PartState } from '../health/health.js';
import type { Logger } from '../logging/logger.js';
import { type CacheDeclaration, keyPrefixOf } from './cache-declaration.js';
import { type RedisClient, redisConnection } from './redis-client.js';
import { RedisLink, type RedisLinkOptions } from './redis-link.js';
import { RedisTier, type RedisTierOptions } from './redis-tier.js';

/** What the state of a user of the connection is made of. */
interface RedisUser {
  state(): 'up' | 'down';
  detail(): string | undefined;
  close(): Promise<void>;
}

interface UserOptions
  extends
    Pick<RedisLinkOptions<RedisClient>, 'onAnswering' | 'onTick'>,
    Partial<Pick<RedisLinkOptions<RedisClient>, 'budgetMs'>> {
  /** Writes what waits, before the connection is ended. */
  readonly onClosing: () => Promise<void>;
}

/** What waits when the program ends has so long to be written. */
const CLOSING_MS = 1_000;
const LINK_BUDGET_MS = 250;
const LINK_FAILURES_TO_OPEN = 5;

export interface RedisCachesOptions {
  /** With a REDIS_URL. */
  readonly settings: RedisSettings;
  readonly ttlMs: number;
}

/** The second tiers of all caches of a process: one connection, and a breaker each. */
export class RedisCaches {
  private readonly connection: ReturnType<typeof redisConnection>;
  private readonly tiers = new Map<string, RedisUser>();

  constructor(
    private readonly options: RedisCachesOptions,
    private readonly log: Logger,
  ) {
    this.connection = redisConnection(options.settings);
  }

  /** @param hasConstants whether entries carry a text that is the same for all versions of a key, kept under a key beside it */
  open(
    declaration: CacheDeclaration,
    { hasConstants, accepts }: Pick<RedisTierOptions, 'hasConstants' | 'accepts'>,
  ): RedisTier {
    const { name: cache } = declaration;
    const tier = new RedisTier(this.connection, {
      keyPrefix: keyPrefixOf(declaration),
      hasConstants,
      accepts,
      ttlMs: this.options.ttlMs,
      onState: this.teller(cache),
    });
    this.tiers.set(cache, tier);
    return tier;
  }

  /** For values of another kind than the caches': a breaker of its own, and nobody's format. */
  link(name: string, { onClosing, ...options }: UserOptions): RedisLink<RedisClient> {
    const link = new RedisLink(this.connection, {
      budgetMs: LINK_BUDGET_MS,
      failuresToOpen: LINK_FAILURES_TO_OPEN,
      onState: this.teller(name),
      ...options,
    });
    this.tiers.set(name, {
      state: () => link.state,
      detail: () => link.detail,
      close: async () => {
        await atMost(
          CLOSING_MS,
          onClosing().catch(() => undefined),
        );
        link.close();
      },
    });
    return link;
  }

  private teller(cache: string): RedisLinkOptions<RedisClient>['onState'] {
    return (state, reason) => {
      if (state === 'up') this.log.info({ cache }, 'Redis is used');
      else this.log.warn({ err: reason, cache }, 'Redis is skipped until it is back');
    };
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
