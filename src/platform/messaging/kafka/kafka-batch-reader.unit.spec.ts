import type { EachBatchPayload } from 'kafkajs';
import { expect, it } from 'vitest';
import type { ReceivedEvent } from '../received-event.js';
import { KafkaBatchReader } from './kafka-batch-reader.js';

async function receivedFrom(fields: object): Promise<ReceivedEvent> {
  const reader = new KafkaBatchReader(1, new AbortController().signal);
  const received: ReceivedEvent[] = [];
  reader.addNews('orders', async (events) => void received.push(...events));
  const message = { key: null, value: null, timestamp: '0', offset: '0', attributes: 0, ...fields };
  await reader.readNews({
    batch: { topic: 'orders', partition: 0, messages: [message] },
    heartbeat: () => Promise.resolve(),
  } as unknown as EachBatchPayload);
  return received[0]!;
}

it('hands all headers on as they were decoded, and none of a message in a format without them', async () => {
  const headerList = [
    { name: 'none', value: null },
    { name: 'several', value: Buffer.from('1') },
    { name: 'several', value: Buffer.from('2') },
    { name: Buffer.from('ff', 'hex'), value: Buffer.alloc(0) },
  ];
  expect(await receivedFrom({ headerList })).toMatchObject({ headers: headerList });
  expect(await receivedFrom({})).toMatchObject({ headers: [] });
});

it.each(['9223372036854775807', '-9223372036854775808', '1700000000000000001'])(
  'keeps a timestamp of %s to the digit',
  async (timestamp) => {
    expect(await receivedFrom({ timestamp })).toMatchObject({
      timestampMs: Number(timestamp),
      exactTimestamp: BigInt(timestamp),
    });
  },
);
