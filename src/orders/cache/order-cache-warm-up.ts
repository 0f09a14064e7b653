import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import type { StoredOrder } from '../repository/order.repository.js';
import { StoredOrders } from '../repository/stored-orders.js';
import { OrderCache } from './order-cache.js';

type Page = readonly StoredOrder[];

const PAGE_ORDERS = 1_000;
/** PostgreSQL reads two of them while this process takes in the third. */
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
    lifecycle.beforeReady(() => this.run());
  }

  private async run(): Promise<void> {
    const startedAt = performance.now();
    const orderUids = await this.orders.newest(this.environment.CACHE_WARM_ORDERS);
    // Should they be more than the cache holds, those that came first are dropped first.
    for await (const page of this.pagesOf(orderUids.toReversed())) {
      for (const stored of page) this.cache.warm(stored);
    }
    const ms = Math.round(performance.now() - startedAt);
    this.log.info({ orders: orderUids.length, ms }, 'the cache is warm');
  }

  /** The orders in the order of their ids, some of them read ahead. */
  private async *pagesOf(orderUids: readonly string[]): AsyncGenerator<Page> {
    const underWay: Promise<Page>[] = [];
    for (let start = 0; start < orderUids.length; start += PAGE_ORDERS) {
      const page = this.pageOf(orderUids.slice(start, start + PAGE_ORDERS));
      // Its failure is told once its turn comes, if nothing failed before it.
      page.catch(() => undefined);
      underWay.push(page);
      if (underWay.length === PAGES_UNDER_WAY) yield await underWay.shift()!;
    }
    for (const page of underWay) yield await page;
  }

  private async pageOf(orderUids: readonly string[]): Promise<Page> {
    const found = await this.orders.findMany(orderUids);
    const byUid = new Map(found.map((stored) => [stored.orderUid, stored]));
    return orderUids.flatMap((orderUid) => byUid.get(orderUid) ?? []);
  }
}
