import { Injectable } from '@nestjs/common';
import type { CacheEntry } from '../../platform/cache/cache-entry.js';
import type { CacheAnswer } from '../../platform/cache/shared-load.js';
import { OrderCache } from '../cache/order-cache.js';
import type { BoundedCount } from '../../platform/database/bounded-count.js';
import type { ListPosition, OrderFilter } from '../model/order-filter.js';
import { OrderCountRepository } from '../repository/order-count.repository.js';
import { OrderListRepository, type OrderPage } from '../repository/order-list.repository.js';

/** The one read path. */
@Injectable()
export class OrderLookup {
  constructor(
    private readonly cache: OrderCache,
    private readonly lists: OrderListRepository,
    private readonly counts: OrderCountRepository,
  ) {}

  /** From memory, at once. `null`: there is no such order; `undefined`: ask {@link find}. */
  peek(orderUid: string): CacheEntry | null | undefined {
    return this.cache.peek(orderUid);
  }

  /** The order's ready answer, and which tier it came from. @throws CacheLoadError */
  find(orderUid: string): Promise<CacheAnswer> {
    return this.cache.read(orderUid);
  }

  /** A page of orders, newest received first. */
  list(filter: OrderFilter, limit: number, after?: ListPosition): Promise<OrderPage> {
    return this.lists.page(filter, limit, after);
  }

  /** The same page, with what a list shows of each order. */
  listSummaries(filter: OrderFilter, limit: number, after?: ListPosition): Promise<OrderPage> {
    return this.lists.summaries(filter, limit, after);
  }

  /** How many orders such a list has, as far as it is cheap to count them. */
  count(filter: OrderFilter): Promise<BoundedCount> {
    return this.counts.count(filter);
  }
}
