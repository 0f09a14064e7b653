import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { ListPosition } from '../model/order-filter.js';
import type { SearchedTexts } from '../model/search-terms.js';
import { FILL_TERMS } from './order-search.sql.js';
import { ORDER_SEARCH, searchRow } from './order-search-table.js';
import { OrderWalk } from './order-walk.js';
import {
  END_LOOK,
  FIND_MISSING,
  NEWEST_BEFORE,
  READ_TEXTS,
  SEARCH_WALK,
  TAKE_LOOK,
} from './search-fill.sql.js';

/** A look at the newest orders that this process has taken over, in microseconds since the Unix epoch. */
export interface Look {
  /** Orders received before it were looked at by looks of before. */
  readonly completeBeforeUs: number;
  /** By now all orders that were received before it are there. */
  readonly seenBeforeUs: number;
}

/** What a look has found at one place. */
export interface LookPage {
  readonly filled: number;
  /** Where it goes on; not there behind the last order. */
  readonly next?: ListPosition;
}

interface TextsRow {
  readonly texts: SearchedTexts;
  readonly receivedAtUs: number;
  readonly contentVersion: number;
}

/** Gives terms to orders that were stored without them. */
@Injectable()
export class SearchFillRepository extends OrderWalk {
  constructor(database: Database) {
    super(database, SEARCH_WALK);
  }

  /** @returns undefined where it is not yet time for one, or another process has it */
  async takeLook(): Promise<Look | undefined> {
    const [look] = await this.database.source.query<Look[]>(TAKE_LOOK);
    return look;
  }

  /** Looks at the `orders` newest orders before a place, whichever those are that a walk has got to. */
  look(orders: number, before?: ListPosition): Promise<LookPage> {
    return this.database.transaction(async (tx) => {
      const parameters = [before?.receivedAtUs ?? null, before?.orderUid ?? '', orders];
      const newest: ListPosition[] = await tx.query(NEWEST_BEFORE, parameters);
      const filled = await this.fill(
        tx,
        newest.map(({ orderUid }) => orderUid),
      );
      return newest.length < orders ? { filled } : { filled, next: newest.at(-1)! };
    });
  }

  /** All orders that were received before it, but not before looks of before, have been looked at. */
  async endLook({ seenBeforeUs }: Look): Promise<void> {
    await this.database.source.query(END_LOOK, [seenBeforeUs]);
  }

  protected override async fill(tx: Transaction, orderUids: readonly string[]): Promise<number> {
    const found: { orderUid: string }[] = await tx.query(FIND_MISSING, [orderUids]);
    if (found.length === 0) return 0;
    const rows: TextsRow[] = await tx.query(READ_TEXTS, [found.map(({ orderUid }) => orderUid)]);
    await tx.query(
      FILL_TERMS,
      ORDER_SEARCH.arraysOf(rows.map(({ texts, ...stored }) => searchRow(texts, stored))),
    );
    return found.length;
  }
}
