import type { Kafka } from 'kafkajs';
import { Client } from 'pg';
import type { Order } from '../../src/orders/model/order.js';
import type { ConnectionSettings } from '../../src/platform/database/embedded/connection-settings.js';

export interface OneAtATime {
  readonly kafka: Kafka;
  /** With the program's schema in it. */
  readonly database: ConnectionSettings;
  readonly topic: string;
  readonly groupId: string;
  /** How many wait in the topic. */
  readonly orders: number;
  readonly onStored: (stored: number) => void;
}

const placeholders = (count: number): string =>
  Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ');

/** Named, so that each is planned once a connection and only its values travel after that. */
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

/**
 * The plain way to do it, as a tutorial shows it: each message is parsed, stored in a transaction of its own, one
 * INSERT a row, and its offset committed by kafkajs.
 *
 * @returns seconds from having the partitions until the last order is committed
 */
export async function storeOneAtATime(options: OneAtATime): Promise<number> {
  const { kafka, database, topic, groupId, orders, onStored } = options;
  const client = new Client(database);
  await client.connect();
  const consumer = kafka.consumer({ groupId });
  let startedAtMs = 0;
  consumer.on(consumer.events.GROUP_JOIN, () => (startedAtMs = performance.now()));
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    return await new Promise<number>((finished, failed) => {
      let stored = 0;
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        // A broker that is new may still be loading its groups; kafkajs then joins again by itself.
        if (!payload.restart) failed(payload.error);
      });
      consumer
        .run({
          eachMessage: async ({ message }) => {
            try {
              await store(client, JSON.parse(message.value!.toString()) as Order);
            } catch (error) {
              // kafkajs would try again without end.
              failed(error instanceof Error ? error : new Error(String(error)));
              throw error;
            }
            onStored(++stored);
            if (stored === orders) finished((performance.now() - startedAtMs) / 1_000);
          },
        })
        .catch(failed);
    });
  } finally {
    await consumer.disconnect();
    await client.end();
  }
}

async function store(client: Client, order: Order): Promise<void> {
  const insert = (name: keyof typeof INSERTS, values: unknown[]) =>
    client.query({ name, text: INSERTS[name], values });
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
