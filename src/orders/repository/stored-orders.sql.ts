/** The orders of a list of ids, each as one JSON text with its version, in no order. */
export const READ_ORDERS = `
  SELECT o.order_uid, o.version, encode(o.content_hash, 'hex') AS content_hash,
         json_build_object(
           'order_uid', o.order_uid, 'track_number', o.track_number, 'entry', o.entry,
           'delivery', (
             SELECT row_to_json(part) FROM (
               SELECT d.name, d.phone, d.zip, d.city, d.address, d.region, d.email
               FROM deliveries d WHERE d.order_uid = o.order_uid) part),
           'payment', (
             SELECT row_to_json(part) FROM (
               SELECT p.transaction, p.request_id, p.currency, p.provider, p.amount, p.payment_dt, p.bank,
                      p.delivery_cost, p.goods_total, p.custom_fee
               FROM payments p WHERE p.order_uid = o.order_uid) part),
           'items', (
             SELECT json_agg(row_to_json(part)) FROM (
               SELECT i.chrt_id, i.track_number, i.price, i.rid, i.name, i.sale, i.size, i.total_price, i.nm_id,
                      i.brand, i.status
               FROM items i WHERE i.order_uid = o.order_uid ORDER BY i.line) part),
           'locale', o.locale, 'internal_signature', o.internal_signature, 'customer_id', o.customer_id,
           'delivery_service', o.delivery_service, 'shardkey', o.shardkey, 'sm_id', o.sm_id,
           'date_created', o.date_created, 'oof_shard', o.oof_shard) AS "order"
  FROM orders o
  WHERE o.order_uid = ANY ($1)`;
