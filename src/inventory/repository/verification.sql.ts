/** Each takes a range of keys: those behind `$1`, up to `$2` where that is not null. Each row is a fault, as one line. */

export const END_OF_THINGS = `
  SELECT max(chrt_id) AS last, count(*)::integer AS count
  FROM (SELECT chrt_id FROM inventory.stock WHERE chrt_id > $1 ORDER BY chrt_id LIMIT $2) AS things`;

export const END_OF_ORDERS = `
  SELECT max(order_uid) AS last, count(*)::integer AS count
  FROM (SELECT order_uid FROM inventory.known_orders WHERE order_uid > $1 ORDER BY order_uid LIMIT $2) AS orders`;

const rangeOf = (key: string, type: string): string =>
  `${key} > $1::${type} AND ($2::${type} IS NULL OR ${key} <= $2::${type})`;
const THINGS = rangeOf('chrt_id', 'bigint');
const ORDERS = rangeOf('order_uid', 'text');

/** Levels against the sums of the journal. */
export const FIGURES_THAT_DIFFER = `
  WITH journal AS (
    SELECT chrt_id, sum(on_hand_delta)::bigint AS on_hand, sum(reserved_delta)::bigint AS reserved
    FROM inventory.movements WHERE ${THINGS} GROUP BY chrt_id
  ), levels AS (SELECT * FROM inventory.stock WHERE ${THINGS})
  SELECT format('chrt_id %s has on_hand %s and reserved %s: the journal says %s and %s', chrt_id,
    coalesce(s.on_hand::text, 'nothing'), coalesce(s.reserved::text, 'nothing'),
    coalesce(j.on_hand::text, 'nothing'), coalesce(j.reserved::text, 'nothing')) AS fault
  FROM levels AS s FULL JOIN journal AS j USING (chrt_id)
  WHERE s.on_hand IS DISTINCT FROM j.on_hand OR s.reserved IS DISTINCT FROM j.reserved
  ORDER BY chrt_id`;

/** Each line of the journal against the one before it. */
export const STEPS_THAT_DIFFER = `
  SELECT format('movement %s of chrt_id %s leads to on_hand %s and reserved %s: expected %s and %s', id, chrt_id,
    on_hand, reserved, last_on_hand + on_hand_delta, last_reserved + reserved_delta) AS fault
  FROM (
    SELECT *, lag(on_hand, 1, 0::bigint) OVER w AS last_on_hand, lag(reserved, 1, 0::bigint) OVER w AS last_reserved
    FROM inventory.movements WHERE ${THINGS} WINDOW w AS (PARTITION BY chrt_id ORDER BY id)
  ) AS steps
  WHERE on_hand <> last_on_hand + on_hand_delta OR reserved <> last_reserved + reserved_delta
    OR reserved < 0 OR reserved > on_hand
  ORDER BY chrt_id, id`;

/** What orders hold and have taken, against what the journal says of each order, content and thing. */
export const RESERVATIONS_THAT_DIFFER = `
  WITH journal AS (
    SELECT order_uid, content_version, chrt_id,
      sum(reserved_delta)::bigint AS held, -sum(on_hand_delta)::bigint AS taken
    FROM inventory.movements WHERE ${THINGS} AND order_uid IS NOT NULL GROUP BY order_uid, content_version, chrt_id
  ), kept AS (
    SELECT order_uid, content_version, chrt_id,
      CASE WHEN taken THEN 0 ELSE quantity END AS held, CASE WHEN taken THEN quantity ELSE 0 END AS taken
    FROM inventory.reservations WHERE ${THINGS}
  )
  SELECT format('order %s holds %s and has taken %s of chrt_id %s for its content %s: the journal says %s and %s', order_uid,
    coalesce(r.held, 0), coalesce(r.taken, 0), chrt_id, content_version, coalesce(j.held, 0), coalesce(j.taken, 0)) AS fault
  FROM kept AS r FULL JOIN journal AS j USING (order_uid, content_version, chrt_id)
  WHERE coalesce(r.held, 0) <> coalesce(j.held, 0) OR coalesce(r.taken, 0) <> coalesce(j.taken, 0)
  ORDER BY order_uid, content_version, chrt_id`;

/** What is known of orders against what they hold. */
export const ORDERS_THAT_DIFFER = `
  WITH kept AS (
    SELECT order_uid, min(content_version) AS oldest, max(content_version) AS content_version,
      bool_and(taken) AS has_all, bool_or(taken) AS has_some
    FROM inventory.reservations WHERE ${ORDERS} GROUP BY order_uid
  ), orders AS (SELECT * FROM inventory.known_orders WHERE ${ORDERS}),
  compared AS (
    SELECT order_uid, CASE
      WHEN o.order_uid IS NULL THEN 'has reservations, and is not known'
      WHEN r.order_uid IS NULL THEN NULL
      WHEN r.oldest <> r.content_version THEN 'has reservations of several contents'
      WHEN r.has_all <> r.has_some THEN 'has taken a part of its reservations'
      WHEN o.outcome IS NULL OR o.outcome IN ('released', 'returned') THEN 'has reservations that it should not have'
      WHEN r.has_all <> (o.outcome = 'taken') THEN
        CASE WHEN r.has_all THEN 'has taken its reservations' ELSE 'holds its reservations' END
      WHEN o.outcome = 'out_of_stock' AND r.content_version >= o.content_version THEN 'holds what cannot be had'
      WHEN o.outcome IN ('reserved', 'expiring') AND r.content_version <> o.content_version THEN
        'holds what is no content of its own any more'
    END AS fault, o.outcome
    FROM orders AS o FULL JOIN kept AS r USING (order_uid)
  )
  SELECT format('order %s %s: its outcome is %s', order_uid, fault, coalesce(outcome, 'none')) AS fault
  FROM compared WHERE fault IS NOT NULL ORDER BY order_uid`;
