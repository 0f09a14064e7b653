import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { SearchedTexts } from '../model/search-terms.js';
import { FILL_TERMS } from './order-search.sql.js';
import { ORDER_SEARCH, searchRow } from './order-search-table.js';
import {
  BEGIN_ANEW,
  END_ROUND,
  MOVE_ON,
  NEXT_ORDERS,
  READ_STATE,
  READ_TEXTS,
  ROUNDS,
  TAKE_FILL,
} from './search-fill.sql.js';

/** How far the fill is, for all processes. */
export interface FillState {
  /** Whether there are orders that nobody has looked at yet, and that may not be found. */
  readonly isFilling: boolean;
  /** Orders received then and later have their terms; null before the first. */
  readonly beforeReceivedAt: Date | null;
}

/** What was done in one step; undefined where there was nothing to do. */
export type FillStep =
  { readonly looked: number; readonly filled: number; readonly isRoundOver: boolean } | undefined;

interface TextsRow {
  readonly texts: SearchedTexts;
  readonly receivedAtUs: number;
  readonly contentVersion: number;
}

/** Gives terms to orders that were stored without them: a few at a time, from where any process has left off. */
@Injectable()
export class SearchFillRepository {
  constructor(private readonly database: Database) {}

  async state(): Promise<FillState> {
    const rows =
      await this.database.source.query<{ rounds: number; beforeReceivedAt: Date | null }[]>(READ_STATE);
    const { rounds, beforeReceivedAt } = rows[0]!;
    return { isFilling: rounds === ROUNDS, beforeReceivedAt };
  }

  /** Some orders may have no terms from now on: all have to be looked through. */
  async beginAnew(): Promise<void> {
    await this.database.source.query(BEGIN_ANEW);
  }

  /** Looks at the next `orders` orders, and writes the terms of those that have none or old ones. */
  step(orders: number): Promise<FillStep> {
    return this.database.transaction(async (tx) => {
      const taken: unknown[] = await tx.query(TAKE_FILL);
      if (taken.length === 0) return undefined;
      const next: { orderUid: string; isMissing: boolean }[] = await tx.query(NEXT_ORDERS, [orders]);
      const missing = next.filter(({ isMissing }) => isMissing).map(({ orderUid }) => orderUid);
      await this.fill(tx, missing);
      const isRoundOver = next.length < orders;
      if (isRoundOver) await tx.query(END_ROUND);
      else await tx.query(MOVE_ON, [next.at(-1)!.orderUid]);
      return { looked: next.length, filled: missing.length, isRoundOver };
    });
  }

  private async fill(tx: Transaction, orderUids: readonly string[]): Promise<void> {
    if (orderUids.length === 0) return;
    const rows: TextsRow[] = await tx.query(READ_TEXTS, [orderUids]);
    await tx.query(
      FILL_TERMS,
      ORDER_SEARCH.arraysOf(rows.map(({ texts, ...stored }) => searchRow(texts, stored))),
    );
  }
}
