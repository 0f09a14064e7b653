import { Injectable } from '@nestjs/common';
import type { Parcel, PaymentTold, StockTold } from '../model/announcement.js';
import { nextStatuses } from '../model/life-rules.js';
import type { OrderStatus } from '../model/order-life.js';
import type { OrderStates } from '../model/order-states.js';
import type { StoredVersion } from '../model/stored-version.js';
import { OrderHistoryRepository } from '../repository/order-history.repository.js';

/** What a support person needs of an order, in one place. */
export interface OrderSummary extends OrderStates {
  readonly order_uid: string;
  /** What it may be asked to become now. */
  readonly next: readonly OrderStatus[];
  readonly version: number;
  readonly content_version: number;
  readonly received_at: string;
  readonly updated_at: string;
  /** What the order costs, and what payments have told of it; null where they have told nothing. */
  readonly payments: {
    readonly currency: string;
    readonly amount: number;
    readonly balance: PaymentTold | null;
  };
  readonly parcels: readonly Parcel[];
  /** Null where nobody has told anything. */
  readonly stock: (StockTold & { readonly content_version: number }) | null;
}

export interface HistoryPage {
  readonly versions: readonly StoredVersion[];
  /** The version that the next page begins after; not there after the last one. */
  readonly next?: number;
}

/** What has become of an order, and how it stands: joined from what orders was told. */
@Injectable()
export class OrderHistory {
  constructor(private readonly history: OrderHistoryRepository) {}

  /** Versions after one, oldest first; undefined where there is no such order. */
  async page(orderUid: string, after: number, limit: number): Promise<HistoryPage | undefined> {
    const versions = await this.history.versions(orderUid, after, limit + 1);
    if (versions === undefined || versions.length <= limit) return versions && { versions };
    return { versions: versions.slice(0, limit), next: versions[limit - 1]!.version };
  }

  async summary(orderUid: string): Promise<OrderSummary | undefined> {
    const facts = await this.history.facts(orderUid);
    if (facts === undefined) return undefined;
    const { status, payment_status, shipment_status, version, content_version, received_at, updated_at } =
      facts;
    const states = { status, payment_status, shipment_status };
    return {
      order_uid: orderUid,
      ...states,
      next: nextStatuses(states),
      version,
      content_version,
      received_at,
      updated_at,
      payments: { currency: facts.currency, amount: facts.amount, balance: facts.told?.payments ?? null },
      parcels: facts.told?.tracking?.parcels ?? [],
      stock: facts.told?.inventory ?? null,
    };
  }
}
