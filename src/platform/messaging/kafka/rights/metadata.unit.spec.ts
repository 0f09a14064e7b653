import { describe, expect, it } from 'vitest';
import { kafkajsInternals } from '../kafkajs.js';
import { metadataRequest } from './metadata.js';
import { operationsIn } from './operations.js';

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string | null): Buffer =>
  value === null ? int16(-1) : Buffer.concat([int16(value.length), Buffer.from(value)]);
const list = (...items: Buffer[]): Buffer => Buffer.concat([int32(items.length), ...items]);
const numbers = (...values: number[]): Buffer => list(...values.map(int32));

const partition = (index: number, leader: number): Buffer =>
  Buffer.concat([int16(0), int32(index), int32(leader), int32(7), numbers(1, 2), numbers(1), numbers()]);
const topic = (error: number, name: string, rights: number, ...partitions: Buffer[]): Buffer =>
  Buffer.concat([int16(error), text(name), Buffer.of(0), list(...partitions), int32(rights)]);

/** Bits of READ, CREATE and DESCRIBE, and of two that do not matter here. */
const READ_CREATE_DESCRIBE = (1 << 3) | (1 << 5) | (1 << 8) | (1 << 6) | (1 << 11);
const NOT_TOLD = -2_147_483_648;

describe('the request for metadata with rights', () => {
  const { request, response } = metadataRequest(kafkajsInternals, ['orders', 'users']);

  it('asks for topics by name, makes none, and wants the rights to them', async () => {
    expect(request).toMatchObject({ apiKey: 3, apiVersion: 8 });
    const encoded = (await request.encode()) as unknown as { readonly buffer: Buffer };
    expect(encoded.buffer).toEqual(Buffer.concat([list(text('orders'), text('users')), Buffer.of(0, 0, 1)]));
  });

  it('reads brokers, topics and rights out of the answer', async () => {
    const answer = Buffer.concat([
      int32(0),
      list(Buffer.concat([int32(1), text('kafka-1'), int32(9_093), text(null)])),
      text('cluster'),
      int32(1),
      list(
        topic(0, 'orders', READ_CREATE_DESCRIBE, partition(0, 1), partition(1, -1)),
        topic(29, 'users', NOT_TOLD),
      ),
      int32(NOT_TOLD),
    ]);
    expect(await response.decode(answer).then((decoded) => response.parse(decoded))).toEqual({
      brokers: [{ nodeId: 1, host: 'kafka-1', port: 9_093 }],
      topics: [
        {
          ...{ topic: 'orders', errorCode: 0, partitions: 2, leaderless: 1 },
          rights: new Set(['READ', 'DESCRIBE']),
        },
        { topic: 'users', errorCode: 29, partitions: 0, leaderless: 0, rights: undefined },
      ],
    });
  });
});

describe('rights as a broker tells them', () => {
  it('are none, all, or not told', () => {
    expect(operationsIn(0)).toEqual(new Set());
    expect(operationsIn(-1)).toEqual(new Set(['READ', 'WRITE', 'DESCRIBE']));
    expect(operationsIn(NOT_TOLD)).toBeUndefined();
  });
});
