import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { cloudEventHeaders } from '../../platform/messaging/cloud-events.js';
import { Outbox, type OutboxEntry } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import type { Order } from '../model/order.js';
import type { OrderStatus } from '../model/order-status.js';

/** Logical name of the topic that status events go out on. */
export const STATUS_TOPIC = 'order-status';

const SOURCE = '/waybill/orders';
const TYPE_PREFIX = 'waybill.order.';

/** An order that was changed, and what it became. */
export interface OrderChanged {
  readonly order: Order;
  readonly version: number;
  readonly status: OrderStatus;
  readonly totalsMatch: boolean;
}

/** The value of a status event: what a consumer needs in order to act without calling back. */
export interface StatusEvent {
  readonly order_uid: string;
  readonly track_number: string;
  readonly customer_id: string;
  readonly status: OrderStatus;
  /** 1 for a new order, one higher with each change. */
  readonly version: number;
  /** RFC 3339, in UTC. */
  readonly occurred_at: string;
  readonly date_created: string;
  readonly delivery_service: string;
  /** Whether the order's amounts add up. */
  readonly totals_match: boolean;
  readonly payment: {
    readonly transaction: string;
    readonly provider: string;
    readonly currency: string;
    /** Minor units of the currency, as are all amounts. */
    readonly amount: number;
    readonly delivery_cost: number;
    readonly goods_total: number;
    readonly custom_fee: number;
  };
  readonly items: readonly {
    readonly chrt_id: number;
    readonly nm_id: number;
    readonly rid: string;
    readonly size: string;
    readonly total_price: number;
    readonly status: number;
  }[];
}

/** Publishes changes of orders as CloudEvents in Kafka's binary content mode, through the outbox. */
@Injectable()
export class StatusEvents {
  constructor(
    private readonly outbox: Outbox,
    private readonly topics: Topics,
  ) {}

  /** Appends one event for each change to the transaction that the changes are written in. */
  async append(tx: Transaction, changes: readonly OrderChanged[]): Promise<void> {
    const occurredAt = new Date().toISOString();
    const topic = this.topics.deployedName(STATUS_TOPIC);
    await this.outbox.append(
      tx,
      changes.map((change) => statusEntryOf(topic, change, occurredAt)),
    );
  }
}

/** The event of one change. */
export function statusEntryOf(topic: string, change: OrderChanged, occurredAt: string): OutboxEntry {
  const { order, version, status } = change;
  const type = TYPE_PREFIX + status;
  return {
    topic,
    aggregateType: 'order',
    aggregateId: order.order_uid,
    type,
    headers: cloudEventHeaders({
      id: `${order.order_uid}:${version}`,
      source: SOURCE,
      type,
      subject: order.order_uid,
      time: occurredAt,
    }),
    payload: Buffer.from(JSON.stringify(eventOf(change, occurredAt))),
  };
}

function eventOf({ order, version, status, totalsMatch }: OrderChanged, occurredAt: string): StatusEvent {
  const { transaction, provider, currency, amount, delivery_cost, goods_total, custom_fee } = order.payment;
  return {
    order_uid: order.order_uid,
    track_number: order.track_number,
    customer_id: order.customer_id,
    status,
    version,
    occurred_at: occurredAt,
    date_created: order.date_created,
    delivery_service: order.delivery_service,
    totals_match: totalsMatch,
    payment: { transaction, provider, currency, amount, delivery_cost, goods_total, custom_fee },
    items: order.items.map(({ chrt_id, nm_id, rid, size, total_price, status: itemStatus }) => ({
      chrt_id,
      nm_id,
      rid,
      size,
      total_price,
      status: itemStatus,
    })),
  };
}
