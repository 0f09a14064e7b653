import { Injectable } from '@nestjs/common';
import { type BoundedCount, countWithin, MAX_COUNTED } from '../../platform/database/bounded-count.js';
import { Database } from '../../platform/database/database.js';
import type { OrderFilter } from '../model/order-filter.js';
import { conditionsOf, narrow } from './order-filter.sql.js';
import { OrderEntity } from './order.entities.js';

/** A count of what no index finds would read the whole table. */
const COUNT_LIMIT_MS = 1_000;

/** Counts orders while it is cheap. */
@Injectable()
export class OrderCountRepository {
  constructor(private readonly database: Database) {}

  /** Counts up to {@link MAX_COUNTED}; what cannot be counted within a second is 0 or more, and not exact. */
  count(filter: OrderFilter): Promise<BoundedCount> {
    return countWithin(this.database, COUNT_LIMIT_MS, async (tx) => {
      const [row] = await tx
        .createQueryBuilder()
        .select('count(*)', 'counted')
        .from((some) => {
          const orders = some
            .select('o.order_uid')
            .from(OrderEntity, 'o')
            .limit(MAX_COUNTED + 1);
          return narrow(orders, conditionsOf(filter));
        }, 'some')
        .getRawMany<{ counted: number }>();
      return row!.counted;
    });
  }
}
