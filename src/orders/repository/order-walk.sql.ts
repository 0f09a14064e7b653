/** How long a process of a version before may go on writing orders after another has begun to look through them. */
const CHECKED_AFTER = `interval '10 minutes'`;

/** The times that all orders are looked through: once for those that are there, and once for what was written meanwhile. */
export const ROUNDS = 2;

/** The statements of a walk through all orders, newest received first, whose place stands in a table of one row. */
export interface WalkSql {
  readonly beginAnew: string;
  readonly readState: string;
  /** Takes the walk over until the transaction ends; no row where another process has it, or there is nothing to do. */
  readonly take: string;
  /** The ids of the next $1 orders. */
  readonly next: string;
  /** Goes on behind order $1. */
  readonly moveOn: string;
  /** All orders have been looked through. */
  readonly endRound: string;
}

export const walkSql = (table: string): WalkSql => ({
  beginAnew: `
    UPDATE ${table}
    SET rounds = ${ROUNDS}, begins_at = now(), before_received_at = 'infinity', before_order_uid = ''`,
  readState: `
    SELECT rounds, CASE WHEN isfinite(before_received_at) THEN before_received_at END AS "beforeReceivedAt"
    FROM ${table}`,
  take: `
    SELECT rounds FROM ${table} WHERE rounds > 0 AND begins_at <= now() FOR UPDATE SKIP LOCKED`,
  next: `
    SELECT o.order_uid AS "orderUid"
    FROM orders o
    WHERE (o.received_at, o.order_uid) <
          ((SELECT before_received_at FROM ${table}), (SELECT before_order_uid FROM ${table}))
    ORDER BY o.received_at DESC, o.order_uid DESC
    LIMIT $1`,
  moveOn: `
    UPDATE ${table} f
    SET before_received_at = o.received_at, before_order_uid = o.order_uid
    FROM orders o
    WHERE o.order_uid = $1`,
  endRound: `
    UPDATE ${table}
    SET rounds = rounds - 1, begins_at = now() + ${CHECKED_AFTER}, before_received_at = 'infinity',
        before_order_uid = ''`,
});
