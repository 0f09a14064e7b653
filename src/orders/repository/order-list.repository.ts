import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ExactMoment, ListPosition, OrderFilter } from '../model/order-filter.js';
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

const MS_DECIMALS = 3;

type Condition = [given: unknown, condition: string, parameters: object];

/** The decimals of `date_created` without zeros at the end, to be compared as texts in the order of their bytes. */
const DECIMALS = `coalesce(rtrim(substring(o.date_created FROM '\\.([0-9]+)'), '0'), '') COLLATE "C"`;

/**
 * `created_at` has the milliseconds of `date_created`, which an index finds. Where a bound has decimals beyond them, the
 * orders of its own millisecond are told apart by their text.
 */
function momentConditions(name: 'from' | 'to', beyond: '>' | '<', bound?: ExactMoment): Condition[] {
  if (bound === undefined) return [];
  const parameters = { [`${name}Ms`]: bound.ms, [`${name}Decimals`]: bound.decimals };
  const moment = `to_timestamp(:${name}Ms / 1000.0::float8)`;
  if (bound.decimals.length <= MS_DECIMALS) {
    return [[bound, `o.created_at ${name === 'from' ? '>=' : '<'} ${moment}`, parameters]];
  }
  const exactly = `${DECIMALS} ${name === 'from' ? '>=' : '<'} :${name}Decimals`;
  return [
    [bound, `o.created_at ${beyond}= ${moment}`, parameters],
    [bound, `(o.created_at ${beyond} ${moment} OR ${exactly})`, parameters],
  ];
}

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

  private async positions(filter: OrderFilter, limit: number, after?: ListPosition): Promise<ListPosition[]> {
    const query = this.database.source
      .createQueryBuilder()
      .select('o.order_uid', 'orderUid')
      .addSelect('(extract(epoch FROM o.received_at) * 1000000)::bigint', 'receivedAtUs')
      .from(OrderEntity, 'o')
      .orderBy('o.received_at', 'DESC')
      .addOrderBy('o.order_uid', 'DESC')
      .limit(limit);
    const conditions: Condition[] = [
      [filter.customerId, 'o.customer_id = :customerId', filter],
      [filter.trackNumber, 'o.track_number = :trackNumber', filter],
      [filter.deliveryService, 'o.delivery_service = :deliveryService', filter],
      [filter.statuses, 'o.life IN (:...statuses)', filter],
      [filter.paymentStatuses, 'o.payment_status IN (:...paymentStatuses)', filter],
      [filter.shipmentStatuses, 'o.shipment_status IN (:...shipmentStatuses)', filter],
      ...momentConditions('from', '>', filter.from),
      ...momentConditions('to', '<', filter.to),
      [
        after,
        '(o.received_at, o.order_uid) < (to_timestamp(:receivedAtUs / 1000000.0::float8), :orderUid)',
        after ?? {},
      ],
    ];
    for (const [given, condition, parameters] of conditions) {
      if (given !== undefined) query.andWhere(condition, parameters);
    }
    return query.getRawMany<ListPosition>();
  }
}
