import { walkSql } from './order-walk.sql.js';

export const WAITS_WALK = walkSql('order_waits_fill');

/** Those of a list of orders that are under way or disputed, and not known to be. */
export const FIND_UNKNOWN = `
  SELECT o.order_uid AS "orderUid"
  FROM orders o
  WHERE o.order_uid = ANY ($1) AND (
    order_wait(o.life) IS NOT NULL AND NOT EXISTS (SELECT FROM orders_under_way w WHERE w.order_uid = o.order_uid)
    OR o.payment_status = 'disputed' AND NOT EXISTS (SELECT FROM orders_disputed d WHERE d.order_uid = o.order_uid))`;

/** In the order in which everybody locks orders. */
export const HOLD = `
  SELECT FROM orders WHERE order_uid = ANY ($1) ORDER BY order_uid FOR NO KEY UPDATE`;

/** Of orders that are held: each waits since its last step that ended another wait, as its history has it. */
export const FILL_UNDER_WAY = `
  INSERT INTO orders_under_way (order_uid, wait, since)
  SELECT o.order_uid, order_wait(o.life), coalesce((
           SELECT max(h.at) FROM order_history h
           WHERE h.order_uid = o.order_uid AND h.change = 'status' AND h.current IN ('confirmed', 'shipped')), o.received_at)
  FROM orders o
  WHERE o.order_uid = ANY ($1) AND order_wait(o.life) IS NOT NULL
  ON CONFLICT (order_uid) DO NOTHING`;

export const FILL_DISPUTED = `
  INSERT INTO orders_disputed (order_uid)
  SELECT o.order_uid FROM orders o WHERE o.order_uid = ANY ($1) AND o.payment_status = 'disputed'
  ON CONFLICT (order_uid) DO NOTHING`;

/** What has been announced of the parcels of orders. */
export const READ_PARCELS = `
  SELECT order_uid AS "orderUid", coalesce(told->'parcels', '[]') AS parcels,
         (extract(epoch FROM promised_at) * 1000)::bigint AS "promisedAtMs"
  FROM order_announcements
  WHERE order_uid = ANY ($1) AND owner = 'tracking'`;

/** $1 ids with $2 moments, in milliseconds since the Unix epoch; null for none. */
export const WRITE_PROMISES = `
  UPDATE order_announcements a SET promised_at = to_timestamp(e.ms / 1000.0::float8)
  FROM unnest($1::text[], $2::bigint[]) AS e(order_uid, ms)
  WHERE a.order_uid = e.order_uid AND a.owner = 'tracking'`;
