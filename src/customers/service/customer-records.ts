import { Inject, Injectable } from '@nestjs/common';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { timestampOf } from '../../platform/messaging/event-time.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { CustomerMemory } from '../cache/customer-memory.js';
import type { PutOutcome, RecordPlace, RemoveOutcome } from '../cache/customer-table.js';
import { TableFullError } from '../cache/table-full.error.js';
import { encodeCustomer } from '../model/customer-json.js';
import { CustomerState } from './customer-state.js';
import { CustomersMetrics } from './customers.metrics.js';
import { PendingWrites } from './pending-writes.js';
import type { ReadRecord } from './record-reader.js';

/** A record that can be read. */
export type AppliedRecord = Exclude<ReadRecord, { kind: 'fault' }>;

/** The customers outgrow CUSTOMERS_MAX_BYTES. The record waits in its topic, as do those behind it. */
export class CustomersFullError extends TransientError {
  constructor(maxBytes: number, options: ErrorOptions) {
    super(`the customers take more than CUSTOMERS_MAX_BYTES (${maxBytes}): raise it`, options);
    this.name = 'CustomersFullError';
  }
}

/** What records say has its effect on what is held in memory. */
@Injectable()
export class CustomerRecords {
  constructor(
    private readonly memory: CustomerMemory,
    private readonly state: CustomerState,
    private readonly metrics: CustomersMetrics,
    private readonly pending: PendingWrites,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** @throws CustomersFullError */
  apply(event: ReceivedEvent, record: AppliedRecord): void {
    const place = { partition: event.partition, offset: event.offset, time: timestampOf(event) };
    const outcome = this.change(record, place);
    const isNew = this.state.applied(place);
    // What is tried again with a batch is outdated by itself.
    if (isNew || outcome !== 'outdated') this.metrics.count(outcome);
    this.pending.applied(event, outcome);
  }

  /** Of records that became dead letters, or are to. */
  refuse(refused: readonly RefusedEvent[]): void {
    for (const { event } of refused) {
      this.metrics.count('refused');
      this.pending.applied(event, 'refused');
    }
  }

  private change(record: AppliedRecord, place: RecordPlace): PutOutcome | RemoveOutcome {
    try {
      if (record.kind === 'removal') return this.memory.remove(record.key, place);
      const { customer } = record;
      return this.memory.put(record.key, encodeCustomer(customer), customer.updatedAt, place);
    } catch (error) {
      if (!(error instanceof TableFullError)) throw error;
      const full = new CustomersFullError(error.maxBytes, { cause: error });
      const isNew = this.state.outgrown(place, full.message);
      if (isNew) this.log.error({ held: this.memory.size }, full.message);
      throw full;
    }
  }
}
