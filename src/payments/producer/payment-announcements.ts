import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { cloudEventEntry } from '../../platform/messaging/outbox/cloud-event-entry.js';
import { Outbox, type OutboxEntry } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import type { PaymentAnnouncement } from '../model/payment-announcement.js';

/** Logical name of the topic that the payment states of orders go out on. */
export const PAYMENT_STATUS_TOPIC = 'payment-status';

export const PAYMENT_STATUS_SOURCE = '/waybill/payments';
export const PAYMENT_STATUS_TYPE = 'waybill.payment.status';

/** Publishes how it stands with the money of orders, as CloudEvents in Kafka's binary content mode, through the outbox. */
@Injectable()
export class PaymentAnnouncements {
  constructor(
    private readonly outbox: Outbox,
    private readonly topics: Topics,
  ) {}

  /** Appends them, in their order, to the transaction that holds the locks of their orders. */
  async append(tx: Transaction, announcements: readonly PaymentAnnouncement[]): Promise<void> {
    const topic = this.topics.deployedName(PAYMENT_STATUS_TOPIC);
    await this.outbox.append(
      tx,
      announcements.map((announcement) => paymentStatusEntryOf(topic, announcement)),
    );
  }
}

/** The message of one announcement. */
export function paymentStatusEntryOf(topic: string, announcement: PaymentAnnouncement): OutboxEntry {
  const { order_uid, number, occurred_at } = announcement;
  return cloudEventEntry({
    topic,
    aggregateType: 'payment',
    id: `payments:${order_uid}:${number}`,
    source: PAYMENT_STATUS_SOURCE,
    type: PAYMENT_STATUS_TYPE,
    subject: order_uid,
    time: occurred_at,
    payload: JSON.stringify(announcement),
  });
}
