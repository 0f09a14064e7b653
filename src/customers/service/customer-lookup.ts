import { Injectable } from '@nestjs/common';
import type { IdPage } from '../cache/id-page.js';
import { CustomerMemory } from '../cache/customer-memory.js';
import type { HeldCustomer } from '../cache/customer-table.js';
import { CustomerReplay } from './customer-replay.js';
import { CustomerState } from './customer-state.js';

/** Look-ups of customers, out of memory alone. */
@Injectable()
export class CustomerLookup {
  constructor(
    private readonly memory: CustomerMemory,
    private readonly state: CustomerState,
    private readonly replay: CustomerReplay,
  ) {}

  /** Why nobody may be answered yet, for people; undefined where everybody may. */
  unready(): string | undefined {
    return this.state.unready();
  }

  /** To be asked only where {@link unready} says nothing. */
  get(accountId: string): HeldCustomer | undefined {
    return this.memory.get(accountId);
  }

  /** Whole seconds that what is held is behind the end of the topic; 0 when it is caught up. */
  lagSeconds(): number {
    return Math.floor(this.replay.behindMs() / 1_000);
  }

  /** Looks at a bounded number of ids, so a page may be short of `limit` and have a next one all the same. */
  page(question: { after?: string; limit: number; filter?: string }): Promise<IdPage> {
    return this.memory.page(question);
  }
}
