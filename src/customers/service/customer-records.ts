import { Injectable } from '@nestjs/common';
import type { Logger } from '../../platform/logging/logger.js';
import { Inject } from '@nestjs/common';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { LOGGER } from '../../platform/logging/logger.js';
import { timestampOf } from '../../platform/messaging/event-time.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import { CustomerTable } from '../cache/customer-table.js';
import { TableFullError } from '../cache/table-full.error.js';
import { encodeCustomer } from '../model/customer-json.js';
import { CustomerState } from './customer-state.js';
import { CustomersMetrics } from './customers.metrics.js';
import { PendingWrites } from './pending-writes.js';
import type { ReadRecord } from './record-reader.js';

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
    private readonly table: CustomerTable,
    private readonly state: CustomerState,
    private readonly metrics: CustomersMetrics,
    private readonly pending: PendingWrites,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** @throws CustomersFullError */
  apply(event: ReceivedEvent, record: Exclude<ReadRecord, { kind: 'fault' }>): void {
    const place = { partition: event.partition, offset: event.offset, time: timestampOf(event) };
    if (record.kind === 'customer') {
      const { customer } = record;
      this.metrics.count(
        this.fitting(() => this.table.put(record.key, encodeCustomer(customer), customer.updatedAt, place)),
      );
    } else {
      this.metrics.count(this.fitting(() => this.table.remove(record.key, place)));
    }
    this.pending.applied(event);
  }

  private fitting<Outcome>(change: () => Outcome): Outcome {
    try {
      const outcome = change();
      this.state.fits();
      return outcome;
    } catch (error) {
      if (!(error instanceof TableFullError)) throw error;
      const full = new CustomersFullError(error.maxBytes, { cause: error });
      if (this.state.outgrown(full.message)) this.log.error({ held: this.table.size }, full.message);
      throw full;
    }
  }
}
