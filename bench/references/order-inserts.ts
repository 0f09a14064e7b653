import type { ClientBase } from 'pg';
import type { Order } from '../../src/orders/model/order.js';

const placeholders = (count: number): string =>
  Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ');

const INSERTS = {
  order: `
    INSERT INTO orders (
      order_uid, track_number, entry, locale, internal_signature, customer_id, delivery_service, shardkey, sm_id,
      date_created, oof_shard, created_at, status, version, content_hash, totals_match, received_at, updated_at)
    VALUES (${placeholders(12)}, 'received', 1, '', true, now(), now())`,
  delivery: `
    INSERT INTO deliveries (order_uid, name, phone, zip, city, address, region, email)
    VALUES (${placeholders(8)})`,
  payment: `
    INSERT INTO payments (
      order_uid, transaction, request_id, currency, provider, amount, payment_dt, bank, delivery_cost, goods_total,
      custom_fee)
    VALUES (${placeholders(11)})`,
  item: `
    INSERT INTO items (
      order_uid, line, chrt_id, track_number, price, rid, name, sale, size, total_price, nm_id, brand, status)
    VALUES (${placeholders(13)})`,
};

/** The plain way to store an order: a transaction of its own, and one INSERT a row. */
export async function storeOrder(client: ClientBase, order: Order): Promise<void> {
  const insert = (name: keyof typeof INSERTS, values: unknown[]) => client.query(INSERTS[name], values);
  const { order_uid: uid, delivery: d, payment: p } = order;
  await client.query('BEGIN');
  try {
    await insert('order', [
      ...[uid, order.track_number, order.entry, order.locale, order.internal_signature, order.customer_id],
      ...[order.delivery_service, order.shardkey, order.sm_id, order.date_created, order.oof_shard],
      order.date_created,
    ]);
    await insert('delivery', [uid, d.name, d.phone, d.zip, d.city, d.address, d.region, d.email]);
    await insert('payment', [
      ...[uid, p.transaction, p.request_id, p.currency, p.provider, p.amount, p.payment_dt, p.bank],
      ...[p.delivery_cost, p.goods_total, p.custom_fee],
    ]);
    for (const [line, item] of order.items.entries()) {
      await insert('item', [
        ...[
          uid,
          line,
          item.chrt_id,
          item.track_number,
          item.price,
          item.rid,
          item.name,
          item.sale,
          item.size,
        ],
        ...[item.total_price, item.nm_id, item.brand, item.status],
      ]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
