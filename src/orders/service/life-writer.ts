import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { OrderCache } from '../cache/order-cache.js';
import type { Order } from '../model/order.js';
import { type OrderChanged, StatusEvents } from '../producer/status-events.js';
import { etagOfHeld, type HeldOrder } from '../repository/held-orders.js';
import { LifeRepository } from '../repository/life.repository.js';
import type { LifeChanges } from './life-changes.js';
import { LifeMetrics } from './life.metrics.js';

/** Writes what has become of orders' states, whoever moved them: rows, history and status events in one transaction. */
@Injectable()
export class LifeWriter {
  constructor(
    private readonly lives: LifeRepository,
    private readonly statusEvents: StatusEvents,
    private readonly cache: OrderCache,
    private readonly metrics: LifeMetrics,
  ) {}

  async write(tx: Transaction, changes: LifeChanges): Promise<void> {
    const { movedOrders } = changes;
    if (movedOrders.length === 0) return;
    const contents = await this.contents(tx, movedOrders);
    await this.lives.move(tx, movedOrders, changes.rows);
    const events = changes.versions.map(({ order, row }): OrderChanged => ({
      order: contents.get(order.orderUid)!,
      version: order.version,
      etag: etagOfHeld(order),
      contentVersion: order.contentVersion,
      states: order.states,
      change: row.change,
      previous: row.from ?? null,
      totalsMatch: order.totalsMatch,
      atUs: row.atUs,
    }));
    await this.statusEvents.append(tx, events);
  }

  /** Tells the cache and the metrics. The answers that are held have their bodies still. */
  committed(changes: LifeChanges): void {
    this.metrics.count(changes.versions);
    for (const order of changes.movedOrders) {
      const { orderUid, version, contentVersion } = order;
      this.cache.changed(orderUid, version, () => ({ etag: etagOfHeld(order), bodySince: contentVersion }));
    }
  }

  /** The content of an order that is held cannot change, so what memory has of it will do. */
  private async contents(tx: Transaction, orders: readonly HeldOrder[]): Promise<Map<string, Order>> {
    const contents = new Map<string, Order>();
    const cold: string[] = [];
    for (const { orderUid, contentVersion } of orders) {
      const body = this.cache.heldBody(orderUid, contentVersion);
      if (body === undefined) cold.push(orderUid);
      else contents.set(orderUid, JSON.parse(body.toString()) as Order);
    }
    for (const [orderUid, text] of await this.lives.contents(tx, cold)) {
      contents.set(orderUid, JSON.parse(text) as Order);
    }
    return contents;
  }
}
