import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ListPosition, OrderFilter } from '../model/order-filter.js';
import { type Condition, conditionsOf, narrow } from './order-filter.sql.js';
import { OrderEntity } from './order.entities.js';
import { type StoredOrder, StoredOrders } from './stored-orders.js';

export interface OrderPage {
  /** The JSON of each. */
  readonly orders: readonly Pick<StoredOrder, 'orderUid' | 'text'>[];
  /** Where the next page begins; not there after the last one. */
  readonly next?: ListPosition;
}

/** A page ends with the order that makes this full, so that none is empty; an order has 1 MiB at most. */
const MAX_PAGE_BYTES = 4 * 1_048_576;

/** Lists of orders, newest received first. */
@Injectable()
export class OrderListRepository {
  constructor(
    private readonly database: Database,
    private readonly orders: StoredOrders,
  ) {}

  /**
   * One page after a position: up to `limit` orders, of which the last is the one that makes {@link MAX_PAGE_BYTES}
   * full. Costs the same wherever in the list it stands.
   */
  async page(filter: OrderFilter, limit: number, after?: ListPosition): Promise<OrderPage> {
    const positions = await this.positions(filter, limit + 1, after);
    const asked = positions.slice(0, limit);
    const orderUids = asked.map((position) => position.orderUid);
    const { orders, ids } = await this.orders.findFirst(orderUids, MAX_PAGE_BYTES);
    return positions.length > ids ? { orders, next: positions[ids - 1]! } : { orders };
  }

  /** As {@link page}, with what a list shows of each order instead of all of it; no page of these is large. */
  async summaries(filter: OrderFilter, limit: number, after?: ListPosition): Promise<OrderPage> {
    const positions = await this.positions(filter, limit + 1, after);
    const shown = positions.slice(0, limit);
    const texts = await this.orders.summaries(shown.map(({ orderUid }) => orderUid));
    const orders = shown.flatMap(({ orderUid }) => {
      const text = texts.get(orderUid);
      return text === undefined ? [] : [{ orderUid, text }];
    });
    return positions.length > limit ? { orders, next: shown.at(-1)! } : { orders };
  }

  /** Where the orders of a page stand: the first `limit` after a position. */
  positions(filter: OrderFilter, limit: number, after?: ListPosition): Promise<ListPosition[]> {
    const query = this.database.source
      .createQueryBuilder()
      .select('o.order_uid', 'orderUid')
      .addSelect('(extract(epoch FROM o.received_at) * 1000000)::bigint', 'receivedAtUs')
      .from(OrderEntity, 'o')
      .orderBy('o.received_at', 'DESC')
      .addOrderBy('o.order_uid', 'DESC')
      .limit(limit);
    const conditions: Condition[] = [
      ...conditionsOf(filter),
      [
        after,
        '(o.received_at, o.order_uid) < (to_timestamp(:receivedAtUs / 1000000.0::float8), :orderUid)',
        after ?? {},
      ],
    ];
    return narrow(query, conditions).getRawMany<ListPosition>();
  }
}
