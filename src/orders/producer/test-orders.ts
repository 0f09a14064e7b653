import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { Outbox } from '../../platform/messaging/outbox/outbox.js';
import { TopicNames } from '../../platform/messaging/topic-names.js';
import { encodeOrder } from '../model/order.codec.js';
import { randomTestOrder } from './test-order.js';

/** Logical name of the topic that order events come in on. */
export const ORDERS_TOPIC = 'orders';

/** Sends made-up orders the way that real ones come: as events on the topic `orders`. */
@Injectable()
export class TestOrders {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly topics: TopicNames,
  ) {}

  /** @returns the ids of the orders, which are on their way once this resolves */
  async send(count: number): Promise<string[]> {
    const orders = Array.from({ length: count }, () => randomTestOrder());
    const topic = this.topics.deployedName(ORDERS_TOPIC);
    const entries = orders.map((order) => ({
      topic,
      aggregateType: 'order',
      aggregateId: order.order_uid,
      type: 'order.test',
      headers: { 'content-type': 'application/json' },
      payload: encodeOrder(order),
    }));
    await this.database.transaction((tx) => this.outbox.append(tx, entries));
    return orders.map((order) => order.order_uid);
  }
}
