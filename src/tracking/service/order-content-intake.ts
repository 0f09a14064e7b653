import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import type { ToldContent } from '../model/order-content.js';
import type { ShipmentStatus } from '../model/shipment-status.js';
import { ParcelRepository } from '../repository/parcel.repository.js';
import { TrackedOrderRepository } from '../repository/tracked-order.repository.js';
import { ShipmentWeighing } from './shipment-weighing.js';
import { TrackingMetrics } from './tracking.metrics.js';

/** Learns which parcels orders have. Events that came before their order join it here. */
@Injectable()
export class OrderContentIntake {
  constructor(
    private readonly database: Database,
    private readonly orders: TrackedOrderRepository,
    private readonly parcels: ParcelRepository,
    private readonly weighing: ShipmentWeighing,
    private readonly deadLetters: DeadLetters,
    private readonly metrics: TrackingMetrics,
  ) {}

  /** Takes a batch in. When it throws, nothing of it is stored. */
  async receive(told: readonly ToldContent[], refused: readonly RefusedEvent[]): Promise<void> {
    const news = await this.newsOf(told);
    // Most events tell of another state of an order, and nothing of its content.
    if (news.length === 0 && refused.length === 0) return;
    const announced = await this.database.transaction(async (tx) => {
      await nextTurn('background');
      const statuses = await this.take(tx, news);
      await this.deadLetters.append(tx, refused);
      return statuses;
    });
    this.metrics.countAnnounced(announced);
  }

  /** The newest content of each order, where it is newer than what is known. */
  private async newsOf(told: readonly ToldContent[]): Promise<readonly ToldContent[]> {
    const newest = new Map<string, ToldContent>();
    for (const one of told) {
      const other = newest.get(one.orderUid);
      if (other === undefined || one.contentVersion > other.contentVersion) newest.set(one.orderUid, one);
    }
    if (newest.size === 0) return [];
    const known = await this.orders.contentVersionsOf([...newest.keys()]);
    return [...newest.values()].filter(
      ({ orderUid, contentVersion }) => contentVersion > (known.get(orderUid) ?? 0),
    );
  }

  /**
   * The parcels are held ahead of the orders, also those that nobody has heard of: an event that comes at this moment is seen
   * here, or sees the order.
   */
  private async take(tx: Transaction, news: readonly ToldContent[]): Promise<readonly ShipmentStatus[]> {
    if (news.length === 0) return [];
    const trackNumbers = [...new Set(news.flatMap((content) => content.trackNumbers))];
    await this.parcels.lock(tx, trackNumbers);
    const taken = await this.orders.store(tx, news);
    const heardOf = await this.parcels.marksOf(tx, trackNumbers);
    const causes = new Map<string, string>();
    for (const content of news) {
      const number = taken.get(content.orderUid);
      const isUnderWay = (): boolean => content.trackNumbers.some((one) => heardOf.has(one));
      if (number !== undefined && (number > 0 || isUnderWay())) causes.set(content.orderUid, content.cause);
    }
    return this.weighing.weigh(tx, causes, 'background');
  }
}
