import { TEXTS } from './order-search.sql.js';
import { ROUNDS, walkSql } from './order-walk.sql.js';

export const SEARCH_WALK = walkSql('order_search_fill');

/** Those of a list of orders whose terms are missing, or of a content that was replaced. */
export const FIND_MISSING = `
  SELECT o.order_uid AS "orderUid"
  FROM orders o
  LEFT JOIN order_search s ON s.order_uid = o.order_uid
  WHERE o.order_uid = ANY ($1) AND s.content_version IS DISTINCT FROM coalesce(o.content_version, o.version)`;

/** What the terms of orders are made of, in no order. */
export const READ_TEXTS = `
  SELECT ${TEXTS}, (extract(epoch FROM o.received_at) * 1000000)::bigint AS "receivedAtUs",
         coalesce(o.content_version, o.version) AS "contentVersion"
  FROM orders o
  JOIN deliveries d USING (order_uid)
  WHERE o.order_uid = ANY ($1)`;

/** Until the newest orders are looked at again, by whichever process comes first. */
const LOOK_EVERY = `interval '30 seconds'`;
/** An order is seen some time after it was received: its batch has to be committed, and clocks differ. */
const SEEN_AFTER = `interval '1 minute'`;

/** Takes a look at the newest orders over; no row where another process has done so, or all orders are looked through anyhow. */
export const TAKE_LOOK = `
  WITH taken AS (
    UPDATE order_search_fill SET next_look_at = now() + ${LOOK_EVERY}
    WHERE next_look_at <= now() AND rounds < ${ROUNDS}
    RETURNING complete_before)
  SELECT (extract(epoch FROM complete_before) * 1000000)::bigint AS "completeBeforeUs",
         (extract(epoch FROM now() - ${SEEN_AFTER}) * 1000000)::bigint AS "seenBeforeUs"
  FROM taken`;

/** Of the orders before a place, the newest $3. */
export const NEWEST_BEFORE = `
  SELECT o.order_uid AS "orderUid", (extract(epoch FROM o.received_at) * 1000000)::bigint AS "receivedAtUs"
  FROM orders o
  WHERE (o.received_at, o.order_uid) < (coalesce(to_timestamp($1 / 1000000.0::float8), 'infinity'), $2)
  ORDER BY o.received_at DESC, o.order_uid DESC
  LIMIT $3`;

/** Notes that no order received before $1 is to be looked at again by a look. */
export const END_LOOK = `
  UPDATE order_search_fill SET complete_before = to_timestamp($1 / 1000000.0::float8)
  WHERE complete_before < to_timestamp($1 / 1000000.0::float8)`;
