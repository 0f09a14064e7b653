import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { cloudEventEntry } from '../../platform/messaging/outbox/cloud-event-entry.js';
import { Outbox, type OutboxEntry } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import type { Order } from '../model/order.js';
import type { StatusEvent } from '../model/status-event.js';
import { CONTENT_VERSION_HEADER, ETAG_HEADER } from '../model/status-event-headers.js';
import type { OrderChangeName, OrderStates } from '../model/order-states.js';

/** Logical name of the topic that status events go out on. */
export const STATUS_TOPIC = 'order-status';

const SOURCE = '/waybill/orders';
const TYPE_PREFIX = 'waybill.order.';
const US_PER_MS = 1_000;

/** An order that was changed, and what it became. */
export interface OrderChanged {
  readonly order: Order;
  readonly version: number;
  readonly etag: string;
  /** The version at which it got the content that it has. */
  readonly contentVersion: number;
  readonly states: OrderStates;
  readonly change: OrderChangeName;
  /** The value of the state before it changed; null where the change is none of a state. */
  readonly previous: string | null;
  readonly totalsMatch: boolean;
  /** Microseconds since the Unix epoch. */
  readonly atUs: number;
}

/** Publishes changes of orders as CloudEvents in Kafka's binary content mode, through the outbox. */
@Injectable()
export class StatusEvents {
  constructor(
    private readonly outbox: Outbox,
    private readonly topics: Topics,
  ) {}

  /** Appends one event for each version to the transaction that the changes are written in. */
  async append(tx: Transaction, changes: readonly OrderChanged[]): Promise<void> {
    const topic = this.topics.deployedName(STATUS_TOPIC);
    await this.outbox.append(
      tx,
      changes.map((change) => statusEntryOf(topic, change)),
    );
  }
}

/**
 * The event of one change. Two extension attributes let who holds the order's answer renew it without a look at the value:
 * the ETag, and the version from which on it has had this content.
 */
export function statusEntryOf(topic: string, changed: OrderChanged): OutboxEntry {
  const { order, version, change, etag, contentVersion, atUs } = changed;
  const type = TYPE_PREFIX + change;
  const occurredAt = new Date(Math.floor(atUs / US_PER_MS)).toISOString();
  return cloudEventEntry({
    topic,
    aggregateType: 'order',
    id: `${order.order_uid}:${version}`,
    source: SOURCE,
    type,
    subject: order.order_uid,
    time: occurredAt,
    extensions: { [ETAG_HEADER]: etag, [CONTENT_VERSION_HEADER]: String(contentVersion) },
    payload: Buffer.from(JSON.stringify(eventOf(changed, occurredAt))),
  });
}

function eventOf(changed: OrderChanged, occurredAt: string): StatusEvent {
  const { order, version, states, contentVersion, change, previous, totalsMatch } = changed;
  const { transaction, provider, currency, amount, delivery_cost, goods_total, custom_fee } = order.payment;
  return {
    order_uid: order.order_uid,
    track_number: order.track_number,
    customer_id: order.customer_id,
    status: states.status,
    payment_status: states.payment_status,
    shipment_status: states.shipment_status,
    version,
    content_version: contentVersion,
    change,
    previous,
    occurred_at: occurredAt,
    date_created: order.date_created,
    delivery_service: order.delivery_service,
    totals_match: totalsMatch,
    payment: { transaction, provider, currency, amount, delivery_cost, goods_total, custom_fee },
    items: order.items.map(({ chrt_id, nm_id, rid, track_number, size, total_price, status }) => ({
      chrt_id,
      nm_id,
      rid,
      track_number,
      size,
      total_price,
      status,
    })),
  };
}
