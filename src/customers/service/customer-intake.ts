import { Injectable } from '@nestjs/common';
import { nextTurn } from '../../platform/event-loop-turns.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { CustomerRecords } from './customer-records.js';
import { RecordReader } from './record-reader.js';
import { RefusedRecords } from './refused-records.js';

/** Some 5 us each. */
const RECORDS_A_TURN = 200;

/** Records of a topic that keeps them. */
@Injectable()
export class CustomerIntake {
  constructor(
    private readonly reader: RecordReader,
    private readonly records: CustomerRecords,
    private readonly refusals: RefusedRecords,
  ) {}

  /**
   * Has events take effect, in their order, up to the first that fails; they may come again.
   *
   * @throws RegistryAwayError, CustomersFullError, TransientError where there is no room for those that are refused
   */
  async receive(events: readonly ReceivedEvent[]): Promise<void> {
    const refused: RefusedEvent[] = [];
    for (let start = 0; start < events.length; start += RECORDS_A_TURN) {
      await nextTurn('background');
      for (const event of events.slice(start, start + RECORDS_A_TURN)) {
        const peeked = this.reader.peek(event);
        const record = peeked.kind === 'unknown' ? await this.reader.read(event) : peeked;
        if (record.kind === 'fault') refused.push({ event, reason: record.reason, attempts: 1 });
        else this.records.apply(event, record);
      }
    }
    await this.refusals.add(refused);
    this.records.refuse(refused);
  }
}
