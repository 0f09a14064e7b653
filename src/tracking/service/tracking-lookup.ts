import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Parcel } from '../model/parcel.js';
import { shipmentStatusOf, type ShipmentStatus } from '../model/shipment-status.js';
import type { TimelinePosition } from '../model/timeline.js';
import { type TimelinePage, TimelineRepository } from '../repository/timeline.repository.js';
import { TrackedOrderRepository } from '../repository/tracked-order.repository.js';

/** Orders of one parcel that are named; GET /api/orders lists them all. */
export const MOST_ORDERS_SHOWN = 100;

export interface ParcelTimeline {
  readonly parcel: Parcel;
  /** The first {@link MOST_ORDERS_SHOWN}, by their ids. */
  readonly orders: readonly string[];
  readonly hasMoreOrders: boolean;
  readonly page: TimelinePage;
}

export interface OrderShipments {
  readonly status: ShipmentStatus;
  readonly contentVersion: number;
  readonly parcels: readonly Parcel[];
}

/** Where parcels are, and what has happened to them. */
@Injectable()
export class TrackingLookup {
  constructor(
    private readonly database: Database,
    private readonly timelines: TimelineRepository,
    private readonly orders: TrackedOrderRepository,
  ) {}

  /** @returns undefined where neither an event nor an order has named it */
  async parcel(
    trackNumber: string,
    limit: number,
    after?: TimelinePosition,
  ): Promise<ParcelTimeline | undefined> {
    const parcel = await this.timelines.parcel(trackNumber);
    if (parcel === undefined) return undefined;
    const orders = await this.timelines.ordersOf(trackNumber, MOST_ORDERS_SHOWN + 1);
    // An order that had it has other parcels by now.
    if (parcel.state === null && orders.length === 0) return undefined;
    return {
      parcel,
      orders: orders.slice(0, MOST_ORDERS_SHOWN),
      hasMoreOrders: orders.length > MOST_ORDERS_SHOWN,
      page: await this.timelines.page(trackNumber, limit, after),
    };
  }

  /** @returns undefined for an order that is not known here, or not yet */
  async shipmentsOf(orderUid: string): Promise<OrderShipments | undefined> {
    const contentVersion = (await this.orders.contentVersionsOf([orderUid])).get(orderUid);
    if (contentVersion === undefined) return undefined;
    const parcels = (await this.orders.parcelsOf(this.database.source, [orderUid])).get(orderUid)!;
    return { status: shipmentStatusOf(parcels), contentVersion, parcels };
  }
}
