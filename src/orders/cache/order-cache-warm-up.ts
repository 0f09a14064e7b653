import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { StoredOrders } from '../repository/stored-orders.js';
import { OrderCache } from './order-cache.js';

const PAGE_ORDERS = 1_000;
/** A query ends with the order that makes this full. */
const MAX_LOAD_BYTES = 8 * 1_048_576;
/** So that PostgreSQL always has one to read while this process takes in another. */
const PAGES_UNDER_WAY = 3;

/** Has the cache hold the newest orders before the program is ready. */
@Injectable()
export class OrderCacheWarmUp {
  constructor(
    private readonly cache: OrderCache,
    private readonly orders: StoredOrders,
    private readonly environment: Environment,
    lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    lifecycle.beforeReady('the cache of orders', () => this.run());
  }

  private async run(): Promise<void> {
    const startedAt = performance.now();
    const orderUids = await this.orders.newest(this.environment.CACHE_WARM_ORDERS);
    // Should they be more than the cache holds, those that came first are dropped first.
    const pages = pagesOf(orderUids.toReversed());
    const readOn = async (): Promise<void> => {
      for (const page of pages) await this.load(page);
    };
    await Promise.all(Array.from({ length: PAGES_UNDER_WAY }, readOn));
    const ms = Math.round(performance.now() - startedAt);
    this.log.info({ orders: orderUids.length, ms }, 'the cache is warm');
  }

  private async load(page: readonly string[]): Promise<void> {
    for (let start = 0; start < page.length;) {
      const { orders, ids } = await this.orders.findFirst(page.slice(start), MAX_LOAD_BYTES);
      for (const stored of orders) this.cache.warm(stored);
      start += ids;
    }
  }
}

function* pagesOf(orderUids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < orderUids.length; start += PAGE_ORDERS) {
    yield orderUids.slice(start, start + PAGE_ORDERS);
  }
}
