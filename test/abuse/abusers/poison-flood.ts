import type { Abuse } from '../abuse.js';
import { withProducer } from '../kafka-sender.js';

const A_BATCH = 2_000;

/** Events that are no orders, as fast as Kafka takes them. */
export const poisonFlood: Abuse = {
  name: 'a flood of events that are no orders',
  isByKafka: true,
  run: (target, signal) =>
    withProducer(target, async (send, topic) => {
      const messages = Array.from({ length: A_BATCH }, (_, n) => ({
        key: `poison-${n}`,
        value: `{"order_uid":"poison-${n}","track_number":${n}`,
      }));
      while (!signal.aborted) await send({ topic, messages });
    }),
};
