import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Outbox } from '../../platform/messaging/outbox/outbox.js';
import { Topics } from '../../platform/messaging/topics.js';
import { encodeReading, READING_ID_HEADER, type StoredReading } from '../model/reading.js';

/** Logical name of the topic that readings come in on, and go out on. */
export const READINGS_TOPIC = 'sensor-data';

/** Publishes readings that came over HTTP, through the outbox, to the topic that all others come from. */
@Injectable()
export class ReadingAnnouncements {
  constructor(
    private readonly outbox: Outbox,
    private readonly topics: Topics,
  ) {}

  /** Appends a message for each reading to the transaction that they are stored in. */
  async append(tx: Transaction, stored: readonly StoredReading[]): Promise<void> {
    const topic = this.topics.deployedName(READINGS_TOPIC);
    await this.outbox.append(
      tx,
      stored.map((reading) => ({
        topic,
        aggregateType: 'sensor',
        aggregateId: reading.sensor_id, // the message's key
        type: 'waybill.sensor.reading',
        headers: { [READING_ID_HEADER]: String(reading.id) },
        payload: encodeReading(reading),
      })),
    );
  }
}
