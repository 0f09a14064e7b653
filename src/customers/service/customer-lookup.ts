import { Injectable } from '@nestjs/common';
import { CustomerTable, type HeldCustomer } from '../cache/customer-table.js';
import { CustomerReading } from './customer-reading.js';

/** A part of the ids that there are. */
export interface IdPage {
  /** Sorted by their bytes in UTF-8. */
  readonly ids: readonly string[];
  /** What the next page begins after; none where there is no more. */
  readonly next?: string;
}

/** Look-ups of customers, out of memory alone. */
@Injectable()
export class CustomerLookup {
  constructor(
    private readonly table: CustomerTable,
    private readonly reading: CustomerReading,
  ) {}

  /** Why nobody may be answered yet, for people; undefined where everybody may. */
  unready(): string | undefined {
    return this.reading.unready();
  }

  /** To be asked only where {@link unready} says nothing. */
  get(accountId: string): HeldCustomer | undefined {
    return this.table.get(accountId);
  }

  /** Whole seconds that what is held is behind the end of the topic; 0 when it is caught up. */
  lagSeconds(): number {
    return this.reading.lagSeconds();
  }

  /** Looks at a bounded number of ids, so a page may be short of `limit` and have a next one all the same. */
  page(question: { after?: string; limit: number; filter?: string }): Promise<IdPage> {
    return this.table.page(question);
  }
}
