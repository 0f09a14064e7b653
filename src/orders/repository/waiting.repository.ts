import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { boundedCount, type BoundedCount, MAX_COUNTED } from '../../platform/database/bounded-count.js';
import { type LifeWait, statusesThatWaitFor, type Wait, WAITS } from '../model/waiting.js';

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

const SINCE = 'coalesce(o.waits_since, o.received_at)';
const US = (moment: string): string => `(extract(epoch FROM ${moment}) * 1000000)::bigint`;
const CURSOR = 'to_timestamp($1 / 1000000.0::float8)';
/** Pages of several kinds are put together by the bytes of ids, whatever the database sorts texts by. */
const BYTES = (orderUid: string): string => `${orderUid} COLLATE "C"`;
/** What stands behind a place, or at it as well; that its moment is not before it an index finds. */
const behind = (since: string, orderUid: string): string => `
  ${since} >= ${CURSOR} AND (
    (${since}, ${BYTES(orderUid)}) > (${CURSOR}, $2) OR $3 AND (${since}, ${orderUid}) = (${CURSOR}, $2))`;

/** The life of an order that waits, as the index has it: in these words, so that PostgreSQL knows that the index will do. */
const UNDER_WAY = `o.life IN ('received', 'confirmed', 'packed', 'shipped')`;
const tooLong = (statuses: string, seconds: string, rest: string): string => `
  unnest(${statuses}::text[]) AS held(life)
  CROSS JOIN LATERAL (
    SELECT o.order_uid, ${SINCE} AS since
    FROM orders o
    WHERE o.life = held.life AND ${UNDER_WAY} AND ${SINCE} < now() - make_interval(secs => ${seconds})
    ${rest}) AS waiting`;
/** The code of before leaves `promised_at` as it was when the last parcel has ended its way. */
const BROKEN = `a.promised_at < now() AND NOT a.waiting
  AND jsonb_path_exists(a.told, '$.parcels[*].estimated_at ? (@ != null)')`;

const FIND_WAITING = `
  SELECT order_uid AS "orderUid", ${US('since')} AS "sinceUs"
  FROM ${tooLong('$4', '$5', `AND ${behind(SINCE, 'o.order_uid')} ORDER BY ${SINCE}, ${BYTES('o.order_uid')} LIMIT $6`)}
  ORDER BY since, ${BYTES('order_uid')}
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
const countWaiting = (statuses: string, seconds: string): string =>
  countOf(`FROM ${tooLong(statuses, seconds, `LIMIT ${MOST}`)}`);
const COUNT = `
  SELECT ${countWaiting('$1', '$2')} AS confirmation,
         ${countWaiting('$3', '$4')} AS shipment,
         ${countWaiting('$5', '$6')} AS delivery,
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
      statusesThatWaitFor(wait),
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
      statusesThatWaitFor('confirmation'),
      confirmation,
      statusesThatWaitFor('shipment'),
      shipment,
      statusesThatWaitFor('delivery'),
      delivery,
    ]);
    const counts = WAITS.map((wait) => [wait, boundedCount(counted![wait])] as const);
    return Object.fromEntries(counts) as Record<Wait, BoundedCount>;
  }
}
