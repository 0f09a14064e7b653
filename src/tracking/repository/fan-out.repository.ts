import { Injectable } from '@nestjs/common';
import { BatchTable, column, TEXT } from '../../platform/database/batch-table.js';
import type { Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import type { OrderOfParcel } from './tracked-order.repository.js';

/** A track number whose parcel has changed, and the event that changed it. */
export interface ChangedParcel {
  readonly trackNumber: string;
  readonly cause: string;
}

/**
 * The orders that are yet to be weighed since their common parcel has changed: those behind `after` up to the last one, then
 * from the first one up to `until`; once that end has been passed (`has_wrapped`), those behind `after` up to `until`.
 */
export interface FanOut {
  readonly track_number: string;
  readonly cause: string;
  readonly after: string;
  readonly until: string;
  readonly has_wrapped: boolean;
}

const CHANGED = new BatchTable<ChangedParcel>('tracking.fan_outs', [
  column('track_number', TEXT, ({ trackNumber }) => trackNumber),
  column('cause', TEXT, ({ cause }) => cause),
]);

/**
 * One that is under way goes once around from where it is. Beginning anew with each event, it would never come to its last
 * orders while events of a busy parcel come in.
 */
const BEGIN = prepared(`
  INSERT INTO tracking.fan_outs AS f (track_number, cause)
  SELECT track_number, cause FROM ${CHANGED.unnested('e')} ORDER BY e.track_number COLLATE "C"
  ON CONFLICT (track_number) DO UPDATE SET cause = EXCLUDED.cause, until = f.after, has_wrapped = false`);

const NEXT = prepared(`
  SELECT track_number, cause, after, until, has_wrapped FROM tracking.fan_outs
  ORDER BY stepped_at LIMIT 1
  FOR UPDATE SKIP LOCKED`);

const ORDERS = prepared(`
  SELECT l.track_number, l.order_uid, o.parcels
  FROM (
    SELECT track_number, order_uid FROM tracking.order_parcels
    WHERE track_number = $1 AND order_uid > $2 ORDER BY track_number, order_uid LIMIT $3
  ) AS l
  JOIN tracking.orders o ON o.order_uid = l.order_uid
  ORDER BY l.order_uid`);

const STEP = prepared(`
  UPDATE tracking.fan_outs SET after = $2, has_wrapped = $3, stepped_at = clock_timestamp()
  WHERE track_number = $1`);

const END = prepared('DELETE FROM tracking.fan_outs WHERE track_number = $1');

const COUNT = 'SELECT count(*)::int AS count FROM tracking.fan_outs';

/** The work that is left of parcels which many orders share. */
@Injectable()
export class FanOutRepository {
  /** Has the orders of parcels weighed later. A transaction calls it once, behind its parcels and before its orders. */
  async begin(tx: Transaction, changed: readonly ChangedParcel[]): Promise<void> {
    if (changed.length > 0) await tx.query(BEGIN, CHANGED.arraysOf(changed));
  }

  /** Holds the one that has waited longest, if there is one that nobody else holds. */
  async next(tx: Transaction): Promise<FanOut | undefined> {
    const [row]: FanOut[] = await tx.query(NEXT);
    return row;
  }

  /** The next orders of one that the transaction holds. @param most how many */
  async ordersOf(tx: Transaction, fanOut: FanOut, most: number): Promise<OrderOfParcel[]> {
    const { track_number, after, until, has_wrapped } = fanOut;
    const orders: OrderOfParcel[] = await tx.query(ORDERS, [track_number, after, most]);
    // Both are ids of orders, or empty: compared as their bytes are.
    return has_wrapped ? orders.filter(({ order_uid }) => order_uid <= until) : orders;
  }

  /**
   * Remembers how far one has come, or that it has ended.
   *
   * @param last order that was weighed; undefined where none was left before its end
   */
  async step(
    tx: Transaction,
    { track_number, until, has_wrapped }: FanOut,
    last: string | undefined,
  ): Promise<void> {
    if (last !== undefined) await tx.query(STEP, [track_number, last, has_wrapped]);
    else if (!has_wrapped && until !== '') await tx.query(STEP, [track_number, '', true]);
    else await tx.query(END, [track_number]);
  }

  async count(within: Pick<Transaction, 'query'>): Promise<number> {
    const [row]: { count: number }[] = await within.query(COUNT);
    return row!.count;
  }
}
