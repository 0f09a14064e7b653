import { expect } from 'vitest';
import { eventually } from '../support/eventually.js';
import type { Pipeline } from '../kafka/order-pipeline.harness.js';
import { type Entrance, type Fields, read } from './shop.js';

interface Letter {
  readonly key: { readonly text: string } | null;
  readonly reason: string;
}

/** Messages on the topics. Who sends them gets no answer: what is refused is a dead letter. */
export function kafkaEntrance(
  url: string,
  { send, topic, paymentsTopic, deliveryTopic }: Pipeline,
): Entrance {
  const bring = async (to: string, key: unknown, value: Fields): Promise<void> => {
    await send([{ key: key as string, value: JSON.stringify(value) }], to);
  };
  return {
    source: 'orders',
    bringOrder: (order) => bring(topic, order['order_uid'], order),
    async bringRefusedOrder(order) {
      await bring(topic, order['order_uid'], order);
      return eventually(async () => {
        const letters = await read<Letter[]>(`${url}/api/dead-letters?context=orders&limit=500`);
        const own = letters.filter(({ key }) => key?.text === order['order_uid']);
        expect(own).toHaveLength(1);
        return own[0]!.reason;
      });
    },
    bringPayment: (payment) => bring(paymentsTopic, payment['order_uid'], payment),
    bringCarrierEvent: (event) => bring(deliveryTopic, event['track_number'], event),
  };
}
