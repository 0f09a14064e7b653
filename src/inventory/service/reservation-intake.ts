import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { eachInTurns, nextTurn } from '../../platform/event-loop-turns.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import type { KnownOrder } from '../model/known-order.js';
import { type OrderEvent, wantedBy } from '../model/order-event.js';
import { isOpen } from '../model/order-status.js';
import { type StockNews, wantsPieces, weigh } from '../model/order-weighing.js';
import { StockStatus } from '../producer/stock-status.js';
import { KnownOrderRepository } from '../repository/known-order.repository.js';
import type { OrderToKeep } from '../repository/known-order.sql.js';
import { StockRepository } from '../repository/stock.repository.js';
import { ReservationMetrics } from './reservation.metrics.js';

/** What a batch has come to. */
interface Decided {
  /** In the order in which it was decided. */
  readonly news: readonly StockNews[];
  readonly orders: readonly OrderToKeep[];
}

/**
 * Events of orders, each weighed in the batch's order: first come, first served. However many orders want the same thing, its
 * level is locked once, the orders are decided in memory, and all of it is written together with what is announced.
 */
@Injectable()
export class ReservationIntake {
  constructor(
    private readonly database: Database,
    private readonly orders: KnownOrderRepository,
    private readonly stock: StockRepository,
    private readonly stockStatus: StockStatus,
    private readonly deadLetters: DeadLetters,
    private readonly metrics: ReservationMetrics,
  ) {}

  /** Takes a batch in. When it throws, nothing of it was written, or, if the connection was lost at the commit, perhaps all. */
  async receive(events: readonly OrderEvent[], refused: readonly RefusedEvent[]): Promise<void> {
    const news = await this.database.transaction(async (tx) => {
      await nextTurn('background');
      const decided = events.length === 0 ? [] : await this.decide(tx, events);
      await this.stockStatus.append(tx, decided);
      await this.deadLetters.append(tx, refused);
      return decided;
    });
    this.metrics.count(news);
  }

  private async decide(tx: Transaction, events: readonly OrderEvent[]): Promise<readonly StockNews[]> {
    const uids = [...new Set(events.map(({ order_uid }) => order_uid))];
    const locked = new Map((await this.orders.lock(tx, uids)).map((order) => [order.orderUid, order]));
    const moving = events.filter((event) => mayMove(event, locked.get(event.order_uid)));
    const held = new Set(moving.flatMap(({ order_uid }) => locked.get(order_uid) ?? []));
    const before = new Map(locked);
    for (const order of await this.orders.withHoldings(tx, [...held])) before.set(order.orderUid, order);
    const sheet = await this.stock.lock(tx, thingsOf(moving, before));
    const { news, orders } = await decideAll(events, before, sheet);
    await this.stock.write(tx, sheet);
    await this.orders.write(tx, orders, before);
    return news;
  }
}

/** Whether an event may move pieces; it cannot where it is known, and mostly not where a payment alone has changed. */
function mayMove(event: OrderEvent, known: KnownOrder | undefined): boolean {
  if (event.version <= (known?.version ?? 0)) return false;
  return !isOpen(event.status) || wantsPieces(event, known);
}

function* thingsOf(moving: readonly OrderEvent[], known: ReadonlyMap<string, KnownOrder>): Generator<number> {
  for (const event of moving) {
    for (const { chrtId } of known.get(event.order_uid)?.holding.quantities ?? []) yield chrtId;
    if (isOpen(event.status)) for (const { chrtId } of wantedBy(event)) yield chrtId;
  }
}

async function decideAll(
  events: readonly OrderEvent[],
  before: ReadonlyMap<string, KnownOrder>,
  sheet: Parameters<typeof weigh>[2],
): Promise<Decided> {
  const kept = new Map<string, OrderToKeep>();
  const news: StockNews[] = [];
  await eachInTurns('background', events, (event) => {
    const { order_uid: orderUid } = event;
    const previous = kept.get(orderUid);
    const weighed = weigh(event, previous?.order ?? before.get(orderUid), sheet);
    if (weighed === undefined) return;
    const { order, age } = weighed;
    // Within a batch the order may have been reserved, and confirmed after that.
    kept.set(orderUid, { order, age: age === 'kept' ? (previous?.age ?? age) : age });
    if (weighed.news !== undefined) news.push(weighed.news);
  });
  return { news, orders: [...kept.values()] };
}
