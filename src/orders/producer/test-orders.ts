import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { Outbox, type OutboxEntry } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import { mapInTurns } from '../../platform/event-loop-turns.js';
import { OrdersSettings } from '../orders.settings.js';
import type { Order } from '../model/order.js';
import { encodeOrder } from '../model/order.codec.js';
import { DemoBudget } from './demo-budget.js';
import { randomTestOrder } from './test-order.js';

/** Logical name of the topic that order events come in on. */
export const ORDERS_TOPIC = 'orders';

/** Messages of any kind that may wait: with more, whoever is to take them is behind already. */
const MAX_WAITING = 3_000;
const WAITING = 'SELECT count(*)::int AS waiting FROM (SELECT FROM outbox LIMIT $1) AS first';

type MakesOrder = (place: number) => Order;

/** Sends made-up orders the way that real ones come: as events on the topic `orders`. */
@Injectable()
export class TestOrders {
  private readonly budget: DemoBudget;
  private underWay = 0;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly topics: Topics,
    { DEMO_ORDERS_PER_HOUR }: OrdersSettings,
  ) {
    this.budget = new DemoBudget(DEMO_ORDERS_PER_HOUR);
  }

  /**
   * @param make makes the order of each place up
   * @returns the ids of the orders, which are on their way once this resolves
   * @throws TooBusyError when too many were made up lately, or too many messages wait in the outbox
   */
  async send(count: number, make: MakesOrder = () => randomTestOrder()): Promise<string[]> {
    this.budget.take(count);
    this.underWay += count;
    try {
      return await this.sendNow(count, make);
    } catch (error) {
      this.budget.giveBack(count);
      throw error;
    } finally {
      this.underWay -= count;
    }
  }

  private async sendNow(count: number, make: MakesOrder): Promise<string[]> {
    // Before anything is made: who is refused, and comes again at once, must cost next to nothing.
    await this.requireRoom();
    const places = Array.from({ length: count }, (_, place) => place);
    const entries = await mapInTurns('background', places, (place) => this.entryOf(make(place)));
    await this.database.transaction((tx) => this.outbox.append(tx, entries));
    return entries.map(({ aggregateId }) => aggregateId);
  }

  /** @throws TooBusyError with what waits in the outbox, and what is about to be put there, at its bound */
  private async requireRoom(): Promise<void> {
    let expected = this.underWay;
    if (expected <= MAX_WAITING) {
      const [row]: { waiting: number }[] = await this.database.source.query(WAITING, [MAX_WAITING]);
      expected = row!.waiting + this.underWay;
    }
    if (expected > MAX_WAITING) {
      throw new TooBusyError('too many messages wait in the outbox for orders to be made up');
    }
  }

  private entryOf(order: Order): OutboxEntry {
    return {
      topic: this.topics.deployedName(ORDERS_TOPIC),
      aggregateType: 'order',
      aggregateId: order.order_uid,
      type: 'order.test',
      headers: { 'content-type': 'application/json' },
      payload: encodeOrder(order),
    };
  }
}
