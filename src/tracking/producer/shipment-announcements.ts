import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { cloudEventEntry } from '../../platform/messaging/outbox/cloud-event-entry.js';
import { Outbox, type OutboxEntry } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import type { Parcel } from '../model/parcel.js';
import type { ShipmentStatus } from '../model/shipment-status.js';

/** Logical name of the topic that announcements go out on. */
export const SHIPMENT_STATUS_TOPIC = 'shipment-status';

const SOURCE = '/waybill/tracking';
const TYPE = 'waybill.shipment.status';
/** Of the 1 MiB that Kafka takes by default, less the key and the headers. */
const MAX_BYTES = 1_000_000;

/** What is announced of an order. */
export interface Shipment {
  readonly orderUid: string;
  /** Grows with each announcement of the order. */
  readonly number: number;
  readonly status: ShipmentStatus;
  /** Of the order's content that the parcels are from. */
  readonly contentVersion: number;
  readonly parcels: readonly Parcel[];
  /** The id of the event that changed it. */
  readonly cause: string;
}

/** The value of an announcement. */
export interface ShipmentEvent {
  readonly order_uid: string;
  readonly number: number;
  readonly shipment_status: ShipmentStatus;
  readonly content_version: number;
  readonly parcels: readonly Parcel[];
  /** RFC 3339, in UTC. */
  readonly occurred_at: string;
  readonly cause: string;
}

/** Tells what becomes of orders on their way, as CloudEvents in Kafka's binary content mode, through the outbox. */
@Injectable()
export class ShipmentAnnouncements {
  constructor(
    private readonly outbox: Outbox,
    private readonly topics: Topics,
  ) {}

  /** Appends them to the transaction that they are remembered in. */
  async append(tx: Transaction, shipments: readonly Shipment[]): Promise<void> {
    const topic = this.topics.deployedName(SHIPMENT_STATUS_TOPIC);
    const occurredAt = new Date().toISOString();
    await this.outbox.append(
      tx,
      shipments.map((shipment) => shipmentEntryOf(topic, shipment, occurredAt)),
    );
  }
}

export function shipmentEntryOf(topic: string, shipment: Shipment, occurredAt: string): OutboxEntry {
  const { orderUid, number } = shipment;
  return cloudEventEntry({
    topic,
    aggregateType: 'order',
    id: `tracking:${orderUid}:${number}`,
    source: SOURCE,
    type: TYPE,
    subject: orderUid,
    time: occurredAt,
    payload: payloadOf(shipment, occurredAt),
  });
}

/** An order may have 1,000 parcels: where their places do not fit into a message they are left out, and then the last parcels. */
function payloadOf(
  { orderUid, number, status, contentVersion, parcels, cause }: Shipment,
  occurredAt: string,
): Buffer {
  const encode = (shown: readonly Parcel[]): Buffer => {
    const event: ShipmentEvent = {
      order_uid: orderUid,
      number,
      shipment_status: status,
      content_version: contentVersion,
      parcels: shown,
      occurred_at: occurredAt,
      cause,
    };
    return Buffer.from(JSON.stringify(event));
  };
  const whole = encode(parcels);
  if (whole.length <= MAX_BYTES) return whole;
  let shown = parcels.map((parcel) => ({ ...parcel, location: null, estimated_at: null }));
  let payload = encode(shown);
  while (payload.length > MAX_BYTES) {
    shown = shown.slice(0, Math.floor((shown.length * MAX_BYTES) / payload.length) - 1);
    payload = encode(shown);
  }
  return payload;
}
