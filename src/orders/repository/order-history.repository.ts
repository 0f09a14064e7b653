import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { PaymentTold, ShipmentTold, StockTold } from '../model/announcement.js';
import type { OrderStatus } from '../model/order-life.js';
import type { PaymentStatus, ShipmentStatus } from '../model/order-states.js';
import type { StoredVersion } from '../model/stored-version.js';
import { FIRST_ROW } from './order-history.sql.js';
import { momentTextOf } from './order-time.js';

/** What is known of an order in one place, without its content. */
export interface OrderFacts {
  readonly version: number;
  readonly content_version: number;
  readonly status: OrderStatus;
  readonly payment_status: PaymentStatus;
  readonly shipment_status: ShipmentStatus;
  /** RFC 3339 in UTC to the microsecond, as `updated_at`. */
  readonly received_at: string;
  readonly updated_at: string;
  /** Of the order itself; minor units. */
  readonly currency: string;
  readonly amount: number;
  /** What each owner has said last; null where nobody has said anything. */
  readonly told: {
    readonly payments?: PaymentTold;
    readonly tracking?: ShipmentTold;
    readonly inventory?: StockTold & { readonly content_version: number };
  } | null;
}

const READ_HISTORY = `
  SELECT version, change, previous AS "from", current AS "to", ${momentTextOf('at')} AS at,
         source, made_by AS "by", reason, cause
  FROM (
    SELECT order_uid, version, change, previous, current, at, source, reason, cause, made_by
    FROM order_history WHERE order_uid = $1
    UNION ALL
    SELECT ${FIRST_ROW}, NULL::text AS made_by
    FROM orders o
    WHERE o.order_uid = $1
      AND NOT EXISTS (SELECT FROM order_history h WHERE h.order_uid = $1 AND h.change = 'received')) AS history
  WHERE version > $2
  ORDER BY version
  LIMIT $3`;

const IS_THERE = 'SELECT FROM orders WHERE order_uid = $1';

const READ_FACTS = `
  SELECT o.version, coalesce(o.content_version, o.version) AS content_version,
         o.life AS status, o.payment_status, o.shipment_status,
         ${momentTextOf('o.received_at')} AS received_at, ${momentTextOf('o.updated_at')} AS updated_at,
         p.currency, p.amount,
         (SELECT jsonb_object_agg(a.owner, a.told || jsonb_build_object('content_version', a.content_version))
          FROM order_announcements a WHERE a.order_uid = o.order_uid) AS told
  FROM orders o JOIN payments p USING (order_uid)
  WHERE o.order_uid = $1`;

/** The versions of an order, and what is known of it by whoever announced it. */
@Injectable()
export class OrderHistoryRepository {
  constructor(private readonly database: Database) {}

  /** The first `limit` versions after one, oldest first; undefined where there is no such order. */
  async versions(orderUid: string, after: number, limit: number): Promise<StoredVersion[] | undefined> {
    const { source } = this.database;
    const versions = await source.query<StoredVersion[]>(READ_HISTORY, [orderUid, after, limit]);
    if (versions.length > 0) return versions;
    const there = await source.query<object[]>(IS_THERE, [orderUid]);
    return there.length > 0 ? [] : undefined;
  }

  async facts(orderUid: string): Promise<OrderFacts | undefined> {
    const [facts] = await this.database.source.query<OrderFacts[]>(READ_FACTS, [orderUid]);
    return facts;
  }
}
