import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import {
  END_OF_ORDERS,
  END_OF_THINGS,
  FIGURES_THAT_DIFFER,
  ORDERS_THAT_DIFFER,
  RESERVATIONS_THAT_DIFFER,
  STEPS_THAT_DIFFER,
} from './verification.sql.js';

/** The end of a range of keys that were looked at. */
export interface RangeEnd<Key> {
  /** The last key of the range; undefined where the range is the last one and has no end. */
  readonly last: Key | undefined;
  readonly count: number;
}

/** What PostgreSQL holds, compared with what the journal says that it should be, a range of keys at a time. */
@Injectable()
export class VerificationRepository {
  constructor(private readonly database: Database) {}

  /** The range of up to `limit` things behind one. */
  endOfThings(after: number, limit: number): Promise<RangeEnd<number>> {
    return this.endOf<number>(END_OF_THINGS, after, limit);
  }

  /** The range of up to `limit` orders behind one. */
  endOfOrders(after: string, limit: number): Promise<RangeEnd<string>> {
    return this.endOf<string>(END_OF_ORDERS, after, limit);
  }

  /** One line for each thing, reservation or line of the journal of a range that does not add up. */
  async faultsOfThings(after: number, last: number | undefined): Promise<string[]> {
    const faults: string[] = [];
    // Each statement sees one moment, so that orders may go on meanwhile.
    for (const query of [FIGURES_THAT_DIFFER, STEPS_THAT_DIFFER, RESERVATIONS_THAT_DIFFER]) {
      faults.push(...(await this.faultsOf(query, after, last)));
    }
    return faults;
  }

  /** The same for orders. */
  faultsOfOrders(after: string, last: string | undefined): Promise<string[]> {
    return this.faultsOf(ORDERS_THAT_DIFFER, after, last);
  }

  private async endOf<Key>(query: string, after: Key, limit: number): Promise<RangeEnd<Key>> {
    const [row] = await this.database.source.query<{ last: Key; count: number }[]>(query, [after, limit]);
    const { last, count } = row!;
    return { last: count < limit ? undefined : last, count };
  }

  private async faultsOf<Key>(query: string, after: Key, last: Key | undefined): Promise<string[]> {
    const rows = await this.database.source.query<{ fault: string }[]>(query, [after, last ?? null]);
    return rows.map(({ fault }) => fault);
  }
}
