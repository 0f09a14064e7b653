import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import type { Transaction } from '../../platform/database/database.js';
import { eachInTurns, type Purpose } from '../../platform/event-loop-turns.js';
import { shipmentStatusOf, type ShipmentStatus } from '../model/shipment-status.js';
import { type Shipment, ShipmentAnnouncements } from '../producer/shipment-announcements.js';
import { TrackedOrderRepository } from '../repository/tracked-order.repository.js';

/** For each order the id of the event that it is weighed for. */
export type Causes = ReadonlyMap<string, string>;

/** Some 20 us each, and as much for each parcel. */
const ORDERS_A_TURN = 30;

/** Weighs orders: what their parcels come to, and whether somebody has to be told. */
@Injectable()
export class ShipmentWeighing {
  constructor(
    private readonly orders: TrackedOrderRepository,
    private readonly announcements: ShipmentAnnouncements,
  ) {}

  /**
   * Announces those orders of which something differs from what was announced last. The parcels are read once the orders are
   * held: whoever changes a parcel of theirs afterwards weighs them again, and announces with a higher number.
   *
   * @returns the statuses that were announced, which count once the transaction is committed
   */
  async weigh(tx: Transaction, causes: Causes, purpose: Purpose): Promise<ShipmentStatus[]> {
    if (causes.size === 0) return [];
    const orders = await this.orders.lock(tx, [...causes.keys()]);
    const parcelsOf = await this.orders.parcelsOf(
      tx,
      orders.map(({ order_uid }) => order_uid),
    );
    const changed: (Shipment & { readonly digest: string })[] = [];
    await eachInTurns(
      purpose,
      orders,
      ({ order_uid: orderUid, content_version: contentVersion, number, digest: announced }) => {
        const parcels = parcelsOf.get(orderUid)!;
        const status = shipmentStatusOf(parcels);
        // Until its first parcel is under way there is nothing to tell.
        if (number === 0 && status === 'none') return;
        const digest = hash('sha256', JSON.stringify([contentVersion, parcels]), 'hex');
        if (digest === announced) return;
        const cause = causes.get(orderUid)!;
        changed.push({ orderUid, number: number + 1, status, contentVersion, parcels, cause, digest });
      },
      ORDERS_A_TURN,
    );
    await this.orders.saveAnnounced(tx, changed);
    await this.announcements.append(tx, changed);
    return changed.map(({ status }) => status);
  }
}
