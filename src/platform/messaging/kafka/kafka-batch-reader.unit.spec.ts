import type { EachBatchPayload } from 'kafkajs';
import { expect, it } from 'vitest';
import type { ReceivedEvent } from '../received-event.js';
import { KafkaBatchReader } from './kafka-batch-reader.js';

/** kafkajs itself cannot send such a header, other clients can; as null it would have thrown wherever it is used. */
it('takes a header without a value for an empty one, and the last of several', async () => {
  const reader = new KafkaBatchReader(1, new AbortController().signal);
  const received: ReceivedEvent[] = [];
  reader.addNews('orders', async (events) => void received.push(...events));
  const headers = { none: null, text: 'x', several: [Buffer.from('1'), Buffer.from('2')] };
  const message = { key: null, value: null, timestamp: '0', offset: '0', attributes: 0, headers };
  await reader.readNews({
    batch: { topic: 'orders', partition: 0, messages: [message] },
    heartbeat: () => Promise.resolve(),
  } as unknown as EachBatchPayload);
  expect(received).toMatchObject([
    { headers: { none: Buffer.alloc(0), text: Buffer.from('x'), several: Buffer.from('2') } },
  ]);
});
