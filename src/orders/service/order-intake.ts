import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Database } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/messaging/dead-letters/dead-letters.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import { etagOf, OrderCache } from '../cache/order-cache.js';
import type { Order } from '../model/order.js';
import { type OrderChanged, StatusEvents } from '../producer/status-events.js';
import { contentOf } from '../repository/order-content.js';
import {
  OrderRepository,
  type OrderSource,
  type OrderToStore,
  type StoreOutcome,
  type StoreResult,
} from '../repository/order.repository.js';
import { ORDERS_RECEIVED, TOTALS_MISMATCHES } from './order-intake.metrics.js';

/** A valid order on its way in. */
export interface IncomingOrder {
  readonly order: Order;
  readonly totalsMatch: boolean;
  /** Not there for an order that came over HTTP. */
  readonly source?: OrderSource;
}

/** What became of an order that came in. */
export interface OrderReceipt {
  readonly orderUid: string;
  readonly outcome: StoreOutcome;
  readonly version: number;
  readonly etag: string;
}

const STATUS_OF = { stored: 'received', updated: 'updated' } as const;

/** The one write path: orders, their status events and the dead letters of their batch, in one transaction. */
@Injectable()
export class OrderIntake {
  private lastReceivedAtUs = 0;

  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly statusEvents: StatusEvents,
    private readonly deadLetters: DeadLetters,
    private readonly cache: OrderCache,
    @InjectMetric(ORDERS_RECEIVED) private readonly received: Counter<'via' | 'outcome'>,
    @InjectMetric(TOTALS_MISMATCHES) private readonly totalsMismatches: Counter,
  ) {}

  /**
   * Takes a batch in. Once this resolves, all of it is committed and the cache is fresh; when it throws, nothing of
   * it was written, or, if the connection was lost during the commit, perhaps all of it.
   *
   * @param via how it came, for the metrics: the name of the transport, or `http`
   * @returns one receipt for each order, in the batch's order
   */
  async receive(
    batch: readonly IncomingOrder[],
    refused: readonly RefusedEvent[],
    via: string,
  ): Promise<OrderReceipt[]> {
    const toStore = batch.map((incoming) => this.toStore(incoming));
    const results = await this.database.transaction(async (tx) => {
      const stored = await this.orders.store(tx, toStore);
      await this.statusEvents.append(tx, changesOf(toStore, stored));
      await this.deadLetters.append(tx, refused);
      return stored;
    });
    this.count(toStore, results, refused.length, via);
    return toStore.map((one, index) => this.settle(one, results[index]!));
  }

  private toStore({ order, totalsMatch, source }: IncomingOrder): OrderToStore {
    // Later is larger, also within one microsecond: lists are sorted by it.
    this.lastReceivedAtUs = Math.max(Date.now() * 1_000, this.lastReceivedAtUs + 1);
    return { content: contentOf(order), totalsMatch, receivedAtUs: this.lastReceivedAtUs, source };
  }

  private settle({ content }: OrderToStore, { outcome, version }: StoreResult): OrderReceipt {
    const orderUid = content.order.order_uid;
    const { hash, text } = content;
    if (outcome === 'stored' || outcome === 'updated') this.cache.put({ orderUid, version, hash, text });
    return { orderUid, outcome, version, etag: etagOf({ version, hash }) };
  }

  private count(
    toStore: readonly OrderToStore[],
    results: readonly StoreResult[],
    invalid: number,
    via: string,
  ): void {
    const outcomes = new Map<StoreOutcome, number>();
    for (const { outcome } of results) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    for (const [outcome, orders] of outcomes) this.received.inc({ via, outcome }, orders);
    if (invalid > 0) this.received.inc({ via, outcome: 'invalid' }, invalid);
    const mismatches = toStore.filter((one) => !one.totalsMatch).length;
    if (mismatches > 0) this.totalsMismatches.inc(mismatches);
  }
}

function changesOf(toStore: readonly OrderToStore[], results: readonly StoreResult[]): OrderChanged[] {
  const changes: OrderChanged[] = [];
  for (const [index, { outcome, version }] of results.entries()) {
    if (outcome !== 'stored' && outcome !== 'updated') continue;
    const { content, totalsMatch } = toStore[index]!;
    changes.push({ order: content.order, version, status: STATUS_OF[outcome], totalsMatch });
  }
  return changes;
}
