import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { boundedCount, type BoundedCount, MAX_COUNTED } from '../model/bounded-count.js';
import type { OrderFilter } from '../model/order-filter.js';
import { conditionsOf, narrow } from './order-filter.sql.js';
import { OrderEntity } from './order.entities.js';

/** A count of what no index finds would read the whole table. */
const COUNT_LIMIT_MS = 1_000;
/** SQLSTATE: PostgreSQL has ended the statement, here because its time was up. */
const QUERY_CANCELED = '57014';

/** Counts orders while it is cheap. */
@Injectable()
export class OrderCountRepository {
  constructor(private readonly database: Database) {}

  /** Counts up to {@link MAX_COUNTED}; what cannot be counted within a second is 0 or more, and not exact. */
  async count(filter: OrderFilter): Promise<BoundedCount> {
    try {
      return await this.database.transaction(async (tx) => {
        await tx.query(`SET LOCAL statement_timeout = ${COUNT_LIMIT_MS}`);
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
        return boundedCount(row!.counted);
      });
    } catch (error) {
      if ((error as { code?: unknown }).code !== QUERY_CANCELED) throw error;
      return { count: 0, exact: false };
    }
  }
}
