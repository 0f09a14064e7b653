import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { describe, expect, it, vi } from 'vitest';
import { freePorts } from '../../scripts/free-ports.js';
import { kafkaUnavailableReason, startKafkaBroker } from '../../scripts/kafka-broker.js';

const unavailable = await kafkaUnavailableReason();
const log = () => undefined;

describe.skipIf(unavailable)('make kafka', () => {
  const makeKafka = (KAFKA_PORT: string): Promise<unknown> =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/kafka-broker.ts'], {
      env: { ...process.env, KAFKA_PORT },
    });

  it('listens on KAFKA_PORT', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      await expect(makeKafka(String(port))).rejects.toMatchObject({
        ...{ code: 69, stderr: `kafka: port ${port} on 127.0.0.1 is taken\n` },
      });
    } finally {
      taken.close();
    }
  });

  it('says what KAFKA_PORT may be', async () => {
    await expect(makeKafka('tcp://10.0.0.1:9092')).rejects.toMatchObject({
      ...{ code: 69, stderr: 'kafka: KAFKA_PORT is "tcp://10.0.0.1:9092": expected 1 to 65535\n' },
    });
  });
});

describe.skipIf(unavailable)('a broker with a directory to keep', () => {
  it('has its records and committed offsets after a restart, and admits no second broker', async () => {
    const logDir = await mkdtemp(join(tmpdir(), 'waybill-kafka-kept-'));
    const [port] = await freePorts(0);
    try {
      const first = await startKafkaBroker({ logDir, port, log });
      expect(first.brokers).toBe(`127.0.0.1:${port}`);
      const client = new Kafka({ brokers: [first.brokers], logLevel: logLevel.NOTHING });
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      const admin = client.admin();
      try {
        await admin.connect();
        await producer.connect();
        await producer.send({ topic: 'kept', messages: [{ key: 'k', value: 'v', partition: 2 }] });
        await admin.setOffsets({ groupId: 'g', topic: 'kept', partitions: [{ partition: 2, offset: '1' }] });
        await expect(startKafkaBroker({ logDir, log })).rejects.toThrow(/runs a broker on/);
        await expect(startKafkaBroker({ port, log })).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
      } finally {
        await producer.disconnect();
        await admin.disconnect();
        await first.stop();
      }

      const second = await startKafkaBroker({ logDir, port, log });
      try {
        await admin.connect();
        expect(await admin.fetchTopicOffsets('kept')).toContainEqual({
          partition: 2,
          offset: '1',
          high: '1',
          low: '0',
        });
        // The coordinator still reads its own topic, and fetchOffsets does not try again by itself.
        const [committed] = await vi.waitFor(() => admin.fetchOffsets({ groupId: 'g', topics: ['kept'] }), {
          timeout: 20_000,
          interval: 100,
        });
        expect(committed?.partitions).toContainEqual(expect.objectContaining({ partition: 2, offset: '1' }));
      } finally {
        await admin.disconnect();
        await second.stop();
      }
    } finally {
      await rm(logDir, { recursive: true, force: true });
    }
  }, 90_000);
});
