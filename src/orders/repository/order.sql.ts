/**
 * The statements of the hot paths, as PostgreSQL gets them. Each takes a whole batch in one jsonb parameter:
 * a list of {@link OrderRecord}s. TypeORM would send one INSERT per table and row.
 */

/** The fields of a record beside the order itself, for `jsonb_to_recordset`. */
const RECORD = `
  "order" jsonb, content_hash text, totals_match boolean, version int, status text, created_at double precision,
  received_at double precision, source text, source_offset bigint, source_time double precision`;

const ORDER_FIELDS = `
  order_uid text, track_number text, entry text, locale text, internal_signature text, customer_id text,
  delivery_service text, shardkey text, sm_id bigint, date_created text, oof_shard text,
  delivery jsonb, payment jsonb, items jsonb`;

const DELIVERY_FIELDS = `name text, phone text, zip text, city text, address text, region text, email text`;

const PAYMENT_FIELDS = `
  transaction text, request_id text, currency text, provider text, amount bigint, payment_dt bigint, bank text,
  delivery_cost bigint, goods_total bigint, custom_fee bigint`;

const ITEM_FIELDS = `
  chrt_id bigint, track_number text, price bigint, rid text, name text, sale smallint, size text,
  total_price bigint, nm_id bigint, brand text, status bigint`;

/** Materialised, since otherwise each of the four tables would have the JSON parsed anew. */
const INCOMING = `
  incoming AS MATERIALIZED (
    SELECT r.content_hash, r.totals_match, r.version, r.status, r.created_at, r.received_at,
           r.source, r.source_offset, r.source_time, o.*
    FROM jsonb_to_recordset($1::jsonb) AS r(${RECORD}),
         jsonb_to_record(r."order") AS o(${ORDER_FIELDS})
  )`;

const ITEM_ROWS = `
  SELECT e.order_uid, (i.line - 1)::smallint, i.chrt_id, i.track_number, i.price, i.rid, i.name, i.sale, i.size,
         i.total_price, i.nm_id, i.brand, i.status
  FROM incoming e,
       ROWS FROM (jsonb_to_recordset(e.items) AS (${ITEM_FIELDS})) WITH ORDINALITY AS i(
         chrt_id, track_number, price, rid, name, sale, size, total_price, nm_id, brand, status, line)`;

/**
 * Stores the orders that are not there yet, whole, and returns their ids. Those that are there are left alone.
 * Sorted by id, so that two batches that share orders wait for each other instead of deadlocking.
 */
export const INSERT_NEW_ORDERS = `
  WITH ${INCOMING},
  stored AS (
    INSERT INTO orders (
      order_uid, track_number, entry, locale, internal_signature, customer_id, delivery_service, shardkey, sm_id,
      date_created, oof_shard, created_at, status, version, content_hash, totals_match, received_at, updated_at,
      source, source_offset, source_time)
    SELECT order_uid, track_number, entry, locale, internal_signature, customer_id, delivery_service, shardkey,
           sm_id, date_created, oof_shard, to_timestamp(created_at), status, version,
           decode(content_hash, 'hex'), totals_match, to_timestamp(received_at), to_timestamp(received_at),
           source, source_offset, to_timestamp(source_time)
    FROM incoming
    ORDER BY order_uid
    ON CONFLICT (order_uid) DO NOTHING
    RETURNING order_uid
  ),
  stored_deliveries AS (
    INSERT INTO deliveries (order_uid, name, phone, zip, city, address, region, email)
    SELECT e.order_uid, d.*
    FROM incoming e, jsonb_to_record(e.delivery) AS d(${DELIVERY_FIELDS})
    WHERE e.order_uid IN (SELECT order_uid FROM stored)
  ),
  stored_payments AS (
    INSERT INTO payments (
      order_uid, transaction, request_id, currency, provider, amount, payment_dt, bank, delivery_cost, goods_total,
      custom_fee)
    SELECT e.order_uid, p.*
    FROM incoming e, jsonb_to_record(e.payment) AS p(${PAYMENT_FIELDS})
    WHERE e.order_uid IN (SELECT order_uid FROM stored)
  ),
  stored_items AS (
    INSERT INTO items (
      order_uid, line, chrt_id, track_number, price, rid, name, sale, size, total_price, nm_id, brand, status)
    ${ITEM_ROWS}
    WHERE e.order_uid IN (SELECT order_uid FROM stored)
  )
  SELECT order_uid FROM stored`;

/** What is known of the orders that were there already. Holds them, so that no one changes them meanwhile. */
export const LOCK_ORDERS = `
  SELECT order_uid, version, encode(content_hash, 'hex') AS content_hash, source, source_offset::float8 AS source_offset,
         (extract(epoch FROM source_time) * 1000)::float8 AS source_time_ms
  FROM orders
  WHERE order_uid = ANY ($1)
  ORDER BY order_uid
  FOR UPDATE`;

/**
 * Replaces orders whole. The rows must be held by {@link LOCK_ORDERS} of the same transaction: only a statement
 * that begins after the lock sees every item that the last writer left.
 */
export const REPLACE_ORDERS = `
  WITH ${INCOMING},
  replaced AS (
    UPDATE orders o
    SET track_number = e.track_number, entry = e.entry, locale = e.locale,
        internal_signature = e.internal_signature, customer_id = e.customer_id,
        delivery_service = e.delivery_service, shardkey = e.shardkey, sm_id = e.sm_id,
        date_created = e.date_created, oof_shard = e.oof_shard, created_at = to_timestamp(e.created_at),
        status = e.status, version = e.version, content_hash = decode(e.content_hash, 'hex'),
        totals_match = e.totals_match, updated_at = to_timestamp(e.received_at),
        source = coalesce(e.source, o.source),
        source_offset = CASE WHEN e.source IS NULL THEN o.source_offset ELSE e.source_offset END,
        source_time = CASE WHEN e.source IS NULL THEN o.source_time ELSE to_timestamp(e.source_time) END
    FROM incoming e
    WHERE o.order_uid = e.order_uid
  ),
  replaced_deliveries AS (
    UPDATE deliveries o
    SET name = d.name, phone = d.phone, zip = d.zip, city = d.city, address = d.address, region = d.region,
        email = d.email
    FROM incoming e, jsonb_to_record(e.delivery) AS d(${DELIVERY_FIELDS})
    WHERE o.order_uid = e.order_uid
  ),
  replaced_payments AS (
    UPDATE payments o
    SET transaction = p.transaction, request_id = p.request_id, currency = p.currency, provider = p.provider,
        amount = p.amount, payment_dt = p.payment_dt, bank = p.bank, delivery_cost = p.delivery_cost,
        goods_total = p.goods_total, custom_fee = p.custom_fee
    FROM incoming e, jsonb_to_record(e.payment) AS p(${PAYMENT_FIELDS})
    WHERE o.order_uid = e.order_uid
  ),
  removed_items AS (
    DELETE FROM items o
    USING incoming e
    WHERE o.order_uid = e.order_uid AND o.line >= jsonb_array_length(e.items)
  )
  INSERT INTO items (
    order_uid, line, chrt_id, track_number, price, rid, name, sale, size, total_price, nm_id, brand, status)
  ${ITEM_ROWS}
  ON CONFLICT (order_uid, line) DO UPDATE
  SET chrt_id = excluded.chrt_id, track_number = excluded.track_number, price = excluded.price,
      rid = excluded.rid, name = excluded.name, sale = excluded.sale, size = excluded.size,
      total_price = excluded.total_price, nm_id = excluded.nm_id, brand = excluded.brand,
      status = excluded.status`;

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
