import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kafkajsInternals } from './kafkajs.js';
import { type KafkajsPool, QUIET } from './rights/kafkajs-internals.js';
import { type ClusterMetadata, metadataRequest } from './rights/metadata.js';

const LENGTH_BYTES = 4;
/** kafkajs gives a request up after it, which none of these may take. */
const NOT_IN_TIME_MS = 10_000;

/** An answer that tells of no brokers and no topics, to the request of this number. */
function emptyMetadata(request: number): Buffer {
  const [throttle, brokers, controller, topics] = [0, 0, 1, 0];
  const answer = Buffer.concat([
    ...[request, throttle, brokers].map(int32),
    Buffer.from([0xff, 0xff]), // no cluster_id
    ...[controller, topics].map(int32),
  ]);
  return Buffer.concat([int32(answer.length), answer]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeInt32BE(value);
  return bytes;
}

describe('answers to kafkajs', () => {
  let broker: Server;
  let pool: KafkajsPool;
  let answer: (socket: Socket) => void;

  beforeEach(async () => {
    broker = createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => answer(socket));
    });
    await once(broker.listen(0, '127.0.0.1'), 'listening');
    pool = new kafkajsInternals.ConnectionPool({
      ...{ host: '127.0.0.1', port: (broker.address() as AddressInfo).port, clientId: 'waybill' },
      ...{ logger: QUIET, connectionTimeout: NOT_IN_TIME_MS, requestTimeout: NOT_IN_TIME_MS, sasl: null },
      socketFactory: ({ host, port, onConnect }) => connect({ host, port }, onConnect),
    });
  });
  afterEach(async () => {
    for (const { socket } of pool.pool) socket?.destroy();
    broker.close();
    await once(broker, 'close');
  });

  const ask = (): Promise<ClusterMetadata> => pool.send(metadataRequest(kafkajsInternals, []));

  it.each<[length: string, bytes: Buffer]>([
    ['is negative', int32(-1)],
    ['is zero', int32(0)],
    ['leaves no room for the number of a request', Buffer.concat([int32(3), Buffer.alloc(3)])],
  ])('whose length %s close the connection, and the next one is good', async (_, bytes) => {
    answer = (socket) => socket.write(bytes);
    await expect(ask()).rejects.toThrow(/answers with something that is not Kafka's protocol/);
    answer = (socket) => socket.write(emptyMetadata(1));
    await expect(ask()).resolves.toMatchObject({ topics: [] });
  });

  it('that were cut off are not taken for the beginning of those on the next connection', async () => {
    answer = (socket) => socket.end(emptyMetadata(0).subarray(0, 7));
    await expect(ask()).rejects.toThrow('Closed connection');
    answer = (socket) => socket.write(emptyMetadata(1));
    await expect(ask()).resolves.toMatchObject({ topics: [] });
  });
});
