import { momentTextOf } from './order-time.js';
import { prepared } from '../../platform/database/prepared-statements.js';

/**
 * Of an order `o`: all of a StoredOrder. PostgreSQL writes the canonical text itself:
 * `row_to_json` puts no spaces, and escapes and writes numbers as `JSON.stringify` does. So the columns of each part
 * stand in the order of the model's fields.
 */
const STORED_ORDER = `
  o.order_uid AS "orderUid", o.version, encode(o.content_hash, 'hex') AS hash,
  json_build_object('status', o.life, 'payment_status', o.payment_status, 'shipment_status', o.shipment_status)
    AS states,
  ${momentTextOf('o.received_at')} AS "receivedAt", (
    SELECT row_to_json(content)::text FROM (
      SELECT o.order_uid, o.track_number, o.entry,
             (SELECT delivery FROM (
               SELECT d.name, d.phone, d.zip, d.city, d.address, d.region, d.email
               FROM deliveries d WHERE d.order_uid = o.order_uid) delivery) AS delivery,
             (SELECT payment FROM (
               SELECT p.transaction, p.request_id, p.currency, p.provider, p.amount, p.payment_dt, p.bank,
                      p.delivery_cost, p.goods_total, p.custom_fee
               FROM payments p WHERE p.order_uid = o.order_uid) payment) AS payment,
             ARRAY(SELECT item FROM (
               SELECT i.chrt_id, i.track_number, i.price, i.rid, i.name, i.sale, i.size, i.total_price, i.nm_id,
                      i.brand, i.status
               FROM items i WHERE i.order_uid = o.order_uid ORDER BY i.line) item) AS items,
             o.locale, o.internal_signature, o.customer_id, o.delivery_service, o.shardkey, o.sm_id,
             o.date_created, o.oof_shard) content) AS text`;

/**
 * The orders of a list of ids, in no order.
 *
 * The ids are read from a subquery, so that their number does not show while the statement is planned: PostgreSQL
 * keeps a plan only once it has seen that those for given parameters are no cheaper.
 */
export const READ_ORDERS = prepared(
  `SELECT ${STORED_ORDER} FROM orders o WHERE o.order_uid = ANY (ARRAY(SELECT unnest($1::text[])))`,
);

/**
 * The orders of a list of ids, in its order, up to the one that makes $2 bytes full: each with its place in the list, and
 * the bytes so far.
 * It goes from one to the next and reads none beyond: a running sum over all of them would have to write the text of
 * each before the first is left out. What has been deleted meanwhile is passed over.
 */
const upToBytes = (columns: string, others: string): string => `
  WITH RECURSIVE page AS (
    SELECT 0 AS place, 0 AS bytes, NULL AS "orderUid", NULL::int AS version, NULL AS hash,
           NULL::json AS states, NULL AS "receivedAt", NULL AS text${others && `, ${others}`}
    UNION ALL
    SELECT page.place + 1, page.bytes + coalesce(octet_length(stored.text), 0), stored.*
    FROM page
    LEFT JOIN LATERAL (SELECT ${columns} FROM orders o WHERE o.order_uid = ($1::text[])[page.place + 1]) stored
      ON true
    WHERE page.place < cardinality($1::text[]) AND page.bytes < $2::int
  )
  SELECT * FROM page WHERE text IS NOT NULL`;

export const READ_ORDERS_UP_TO_BYTES = prepared(upToBytes(STORED_ORDER, ''));

/** The same, each with when it was last changed. */
export const READ_EXPORTED_UP_TO_BYTES = prepared(
  upToBytes(`${STORED_ORDER}, ${momentTextOf('o.updated_at')} AS "updatedAt"`, 'NULL AS "updatedAt"'),
);

/** The orders after an id, with what the event of their last version tells besides. */
export const READ_LAST_VERSIONS = `
  SELECT ${STORED_ORDER}, coalesce(o.content_version, o.version) AS "contentVersion",
         o.totals_match AS "totalsMatch", coalesce(h.change, 'received') AS change, h.previous,
         (extract(epoch FROM coalesce(
           h.at, CASE WHEN o.content_version IS NULL THEN o.updated_at ELSE o.received_at END)) * 1000000)::bigint
           AS "atUs"
  FROM orders o LEFT JOIN order_history h USING (order_uid, version)
  WHERE o.order_uid > $1
  ORDER BY o.order_uid
  LIMIT $2`;

/** Of an order `o` and its payment `p`: what a row of a list shows. */
export const SUMMARY_COLUMNS = `
  o.order_uid, o.track_number, o.customer_id, o.life AS status, o.payment_status, o.shipment_status, o.version,
  ${momentTextOf('o.received_at')} AS received_at, o.date_created, p.amount, p.currency,
  (SELECT count(*) FROM items i WHERE i.order_uid = o.order_uid) AS items`;

/** What a list shows of the orders of a list of ids, in no order: of each its id, and a JSON text. */
export const READ_SUMMARIES = prepared(`
  SELECT summary.order_uid AS "orderUid", row_to_json(summary)::text AS text
  FROM (
    SELECT ${SUMMARY_COLUMNS}
    FROM orders o
    JOIN payments p USING (order_uid)
    WHERE o.order_uid = ANY (ARRAY(SELECT unnest($1::text[])))) summary`);

export const NEWEST_ORDERS = 'SELECT order_uid FROM orders ORDER BY received_at DESC LIMIT $1';

export const EXPECTED_ORDERS = `SELECT greatest(reltuples, 0)::bigint AS orders FROM pg_class WHERE oid = 'orders'::regclass`;
