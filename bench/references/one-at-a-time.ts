import type { Kafka } from 'kafkajs';
import { Client } from 'pg';
import type { Order } from '../../src/orders/model/order.js';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { storeOrder } from './order-inserts.js';

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
              await storeOrder(client, JSON.parse(message.value!.toString()) as Order);
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
