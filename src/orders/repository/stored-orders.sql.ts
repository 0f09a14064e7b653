import pg from 'pg';
import { prepared } from '../../platform/database/prepared-statements.js';

/**
 * The orders of a list of ids, in no order: orderUid, version, hash and text of a StoredOrder. PostgreSQL writes the
 * canonical text itself: `row_to_json` puts no spaces, and escapes and writes numbers as `JSON.stringify` does. So the
 * columns of each part stand in the order of the model's fields.
 *
 * The ids are read from a subquery, so that their number does not show while the statement is planned: PostgreSQL
 * keeps a plan only once it has seen that those for given parameters are no cheaper.
 *
 * @param orderUids an expression that is a set of texts
 */
const selectOrders = (orderUids: string): string => `
  SELECT o.order_uid AS "orderUid", o.version, encode(o.content_hash, 'hex') AS hash, (
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
             o.date_created, o.oof_shard) content) AS text
  FROM orders o
  WHERE o.order_uid = ANY (ARRAY(SELECT ${orderUids}))`;

export const READ_ORDERS = prepared(selectOrders('unnest($1::text[])'));

/** The same, for where there are no parameters. */
export function selectOrdersOf(orderUids: readonly string[]): string {
  return selectOrders(`json_array_elements_text(${pg.escapeLiteral(JSON.stringify(orderUids))})`);
}

export const NEWEST_ORDERS = 'SELECT order_uid FROM orders ORDER BY received_at DESC LIMIT $1';
