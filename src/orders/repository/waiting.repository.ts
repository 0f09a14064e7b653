import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { boundedCount, type BoundedCount, MAX_COUNTED } from '../../platform/database/bounded-count.js';
import { type LifeWait, type Wait, WAITS } from '../model/waiting.js';

/** Since when an order waits; the place of a page in the list of those that wait for the same. */
export interface WaitingPosition {
  /** Microseconds since the Unix epoch. */
  readonly sinceUs: number;
  readonly orderUid: string;
}

/** How long orders may wait, in seconds, before they do so for too long. */
export type Patience = Readonly<Record<LifeWait, number>>;

/** Where a page begins. */
export interface After extends WaitingPosition {
  /** Whether the order of this position itself is on the page. */
  readonly inclusive: boolean;
}

const US = (moment: string): string => `(extract(epoch FROM ${moment}) * 1000000)::bigint`;
const CURSOR = 'to_timestamp($1 / 1000000.0::float8)';
/** Pages of several kinds are put together by the bytes of ids, whatever the database sorts texts by. */
const BYTES = (orderUid: string): string => `${orderUid} COLLATE "C"`;
/** What stands behind a place, or at it as well; that its moment is not before it an index finds. */
const behind = (since: string, orderUid: string): string => `
  ${since} >= ${CURSOR} AND (
    (${since}, ${BYTES(orderUid)}) > (${CURSOR}, $2) OR $3 AND (${since}, ${orderUid}) = (${CURSOR}, $2))`;

const tooLong = (wait: string, seconds: string): string => `
  FROM orders_under_way w WHERE w.wait = ${wait} AND w.since < now() - make_interval(secs => ${seconds})`;
/** The code of before leaves `promised_at` as it was when the last parcel has ended its way. */
const BROKEN = `a.promised_at < now() AND NOT a.waiting
  AND jsonb_path_exists(a.told, '$.parcels[*].estimated_at ? (@ != null)')`;

const FIND_WAITING = `
  SELECT w.order_uid AS "orderUid", ${US('w.since')} AS "sinceUs"
  ${tooLong('$4', '$5')} AND ${behind('w.since', 'w.order_uid')}
  ORDER BY w.since, ${BYTES('w.order_uid')}
  LIMIT $6`;

const FIND_BROKEN = `
  SELECT a.order_uid AS "orderUid", ${US('a.promised_at')} AS "sinceUs"
  FROM order_announcements a
  WHERE ${BROKEN} AND ${behind('a.promised_at', 'a.order_uid')}
  ORDER BY a.promised_at, ${BYTES('a.order_uid')}
  LIMIT $4`;

const MOST = MAX_COUNTED + 1;
const countOf = (found: string): string =>
  `(SELECT count(*)::int FROM (SELECT ${found} LIMIT ${MOST}) AS found)`;
const COUNT = `
  SELECT ${countOf(tooLong(`'confirmation'`, '$1'))} AS confirmation,
         ${countOf(tooLong(`'shipment'`, '$2'))} AS shipment,
         ${countOf(tooLong(`'delivery'`, '$3'))} AS delivery,
         ${countOf(`FROM order_announcements a WHERE ${BROKEN}`)} AS promise`;

/** Finds orders that wait for something longer than they should, those that wait the longest first. */
@Injectable()
export class WaitingRepository {
  constructor(private readonly database: Database) {}

  /** Of orders that wait for the next step of their life. */
  stuck(wait: LifeWait, seconds: number, after: After, limit: number): Promise<WaitingPosition[]> {
    const { sinceUs, orderUid, inclusive } = after;
    return this.database.source.query<WaitingPosition[]>(FIND_WAITING, [
      sinceUs,
      orderUid,
      inclusive,
      wait,
      seconds,
      limit,
    ]);
  }

  /** Of orders of which a parcel was expected by now and has not ended its way. */
  overdue({ sinceUs, orderUid, inclusive }: After, limit: number): Promise<WaitingPosition[]> {
    const parameters = [sinceUs, orderUid, inclusive, limit];
    return this.database.source.query<WaitingPosition[]>(FIND_BROKEN, parameters);
  }

  async counts({ confirmation, shipment, delivery }: Patience): Promise<Record<Wait, BoundedCount>> {
    const [counted] = await this.database.source.query<Record<Wait, number>[]>(COUNT, [
      confirmation,
      shipment,
      delivery,
    ]);
    const counts = WAITS.map((wait) => [wait, boundedCount(counted![wait])] as const);
    return Object.fromEntries(counts) as Record<Wait, BoundedCount>;
  }
}
