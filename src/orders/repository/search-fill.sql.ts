/** How long a process may go on writing orders after another has begun to fill: one without SEARCH, or of a version before. */
const CHECKED_AFTER = `interval '10 minutes'`;

/** The times that all orders are looked through: once for those that are there, and once for what was written meanwhile. */
export const ROUNDS = 2;

/** From now on all orders are to be looked through, since some may be stored without terms. */
export const BEGIN_ANEW = `
  UPDATE order_search_fill
  SET rounds = ${ROUNDS}, begins_at = now(), before_received_at = 'infinity', before_order_uid = ''`;

export const READ_STATE = `
  SELECT rounds, CASE WHEN isfinite(before_received_at) THEN before_received_at END AS "beforeReceivedAt"
  FROM order_search_fill`;

/** Takes the fill over until the transaction ends; no row where another process has it, or there is nothing to do. */
export const TAKE_FILL = `
  SELECT rounds FROM order_search_fill WHERE rounds > 0 AND begins_at <= now() FOR UPDATE SKIP LOCKED`;

/** The next $1 orders, newest received first, and whether the terms of each are missing or of a content that was replaced. */
export const NEXT_ORDERS = `
  SELECT o.order_uid AS "orderUid",
         s.content_version IS DISTINCT FROM coalesce(o.content_version, o.version) AS "isMissing"
  FROM (
    SELECT o.order_uid, o.received_at, o.content_version, o.version
    FROM orders o
    WHERE (o.received_at, o.order_uid) <
          ((SELECT before_received_at FROM order_search_fill), (SELECT before_order_uid FROM order_search_fill))
    ORDER BY o.received_at DESC, o.order_uid DESC
    LIMIT $1) o
  LEFT JOIN order_search s ON s.order_uid = o.order_uid
  ORDER BY o.received_at DESC, o.order_uid DESC`;

/** What the terms of orders are made of, in no order. */
export const READ_TEXTS = `
  SELECT json_build_object('order_uid', o.order_uid, 'track_number', o.track_number, 'customer_id', o.customer_id,
                           'email', d.email, 'phone', d.phone, 'name', d.name) AS texts,
         (extract(epoch FROM o.received_at) * 1000000)::bigint AS "receivedAtUs",
         coalesce(o.content_version, o.version) AS "contentVersion"
  FROM orders o
  JOIN deliveries d USING (order_uid)
  WHERE o.order_uid = ANY ($1)`;

/** Goes on behind an order. */
export const MOVE_ON = `
  UPDATE order_search_fill f
  SET before_received_at = o.received_at, before_order_uid = o.order_uid
  FROM orders o
  WHERE o.order_uid = $1`;

/** All orders have been looked through. */
export const END_ROUND = `
  UPDATE order_search_fill
  SET rounds = rounds - 1, begins_at = now() + ${CHECKED_AFTER}, before_received_at = 'infinity', before_order_uid = ''`;
