import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { cloudEventEntry } from '../../platform/messaging/outbox/cloud-event-entry.js';
import { Outbox, type OutboxEntry } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import type { Outcome } from '../model/known-order.js';
import type { StockNews } from '../model/order-weighing.js';

/** Logical name of the topic that what became of reservations goes out on. */
export const STOCK_STATUS_TOPIC = 'stock-status';

export const STOCK_STATUS_SOURCE = '/waybill/inventory';
export const STOCK_STATUS_TYPE = 'waybill.stock.status';

/** The value of an event. */
export interface StockStatusEvent {
  readonly order_uid: string;
  readonly number: number;
  readonly outcome: Outcome;
  readonly content_version: number;
  readonly reserved: readonly { readonly chrt_id: number; readonly quantity: number }[];
  readonly missing: readonly number[];
  /** RFC 3339, in UTC. */
  readonly occurred_at: string;
  readonly cause: string;
}

/** Publishes what became of orders' reservations as CloudEvents in Kafka's binary content mode, through the outbox. */
@Injectable()
export class StockStatus {
  constructor(
    private readonly outbox: Outbox,
    private readonly topics: Topics,
  ) {}

  /** Appends one event for each to the transaction that it was decided in. */
  async append(tx: Transaction, news: readonly StockNews[]): Promise<void> {
    const occurredAt = new Date().toISOString();
    const topic = this.topics.deployedName(STOCK_STATUS_TOPIC);
    await this.outbox.append(
      tx,
      news.map((one) => stockStatusEntryOf(topic, one, occurredAt)),
    );
  }
}

/** The event of one piece of news. */
export function stockStatusEntryOf(topic: string, news: StockNews, occurredAt: string): OutboxEntry {
  const { orderUid, number, outcome, contentVersion, reserved, missing, cause } = news;
  const event: StockStatusEvent = {
    order_uid: orderUid,
    number,
    outcome,
    content_version: contentVersion,
    reserved: reserved.map(({ chrtId, quantity }) => ({ chrt_id: chrtId, quantity })),
    missing,
    occurred_at: occurredAt,
    cause,
  };
  return cloudEventEntry({
    topic,
    aggregateType: 'order',
    id: `inventory:${orderUid}:${number}`,
    source: STOCK_STATUS_SOURCE,
    type: STOCK_STATUS_TYPE,
    subject: orderUid,
    time: occurredAt,
    payload: JSON.stringify(event),
  });
}
