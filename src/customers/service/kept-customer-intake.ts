import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { encodeCustomer } from '../model/customer-json.js';
import { KeptCustomerRepository } from '../repository/kept-customer.repository.js';
import { type AppliedRecord, CustomerRecords } from './customer-records.js';
import { RecordReader } from './record-reader.js';

/** Records that no topic keeps: PostgreSQL does. */
@Injectable()
export class KeptCustomerIntake {
  constructor(
    private readonly database: Database,
    private readonly customers: KeptCustomerRepository,
    private readonly deadLetters: DeadLetters,
    private readonly reader: RecordReader,
    private readonly records: CustomerRecords,
  ) {}

  /** Stores a batch, or nothing of it when it throws; what it says has its effect after the commit. */
  async receive(events: readonly ReceivedEvent[]): Promise<void> {
    const read: { event: ReceivedEvent; record: AppliedRecord }[] = [];
    const refused: RefusedEvent[] = [];
    for (const event of events) {
      const record = await this.reader.read(event);
      if (record.kind === 'fault') refused.push({ event, reason: record.reason, attempts: 1 });
      else read.push({ event, record });
    }
    const latest = [...new Map(read.map(({ record }) => [record.key.toString('latin1'), record])).values()];
    await this.database.transaction(async (tx) => {
      await this.customers.store(
        tx,
        latest.flatMap((record) =>
          record.kind === 'customer'
            ? [{ account_key: record.key, body: encodeCustomer(record.customer) }]
            : [],
        ),
      );
      await this.customers.remove(
        tx,
        latest.flatMap(({ kind, key }) => (kind === 'removal' ? [key] : [])),
      );
      await this.deadLetters.append(tx, refused);
    });
    for (const { event, record } of read) this.records.apply(event, record);
    this.records.refuse(refused);
  }
}
