import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaUnavailableReason, type KafkaBroker, startKafkaBroker } from '../../scripts/kafka-broker.js';
import { crc32c } from '../../src/platform/messaging/kafka/crc32c.js';
import { eventually } from '../support/eventually.js';
import { runWaybill } from '../support/waybill-process.js';
import { createPipeline, getOrder, messageOf, orderWith, type Pipeline } from './order-pipeline.harness.js';

const unavailable = await kafkaUnavailableReason();
const LONG = { timeoutMs: 60_000 };
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LENGTH_END = 12;
const LENGTH_AT = 8;

describe.skipIf(unavailable)('a batch that is corrupt on the disk of its broker', () => {
  let logDir: string;
  let broker: KafkaBroker;
  let pipeline: Pipeline;

  beforeAll(async () => {
    logDir = await mkdtemp(join(tmpdir(), 'waybill-kafka-corrupt-'));
    broker = await startKafkaBroker({ logDir, log: () => undefined });
    pipeline = await createPipeline(broker.brokers, { partitions: 2 });
  });
  afterAll(async () => {
    await pipeline.close();
    await broker.stop();
    await rm(logDir, { recursive: true, force: true });
  });

  /** The first batch of a partition, which the broker sends as it finds it. */
  async function alterFirstBatch(partition: number, alter: (batch: Buffer) => void): Promise<void> {
    const segment = join(logDir, 'log', `${pipeline.topic}-${partition}`, '00000000000000000000.log');
    const file = await open(segment, 'r+');
    const whole = await file.readFile();
    const batch = whole.subarray(0, LENGTH_END + whole.readInt32BE(LENGTH_AT));
    alter(batch);
    await file.write(batch, 0, batch.length, 0);
    await file.close();
  }

  const send = async (partition: number, uid: string): Promise<void> => {
    await pipeline.send([{ ...messageOf(orderWith(uid)), partition }]);
  };

  it('holds its own partition, is told of, and is skipped when somebody asks for it', async () => {
    const { topic } = pipeline;
    await pipeline.admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
    await send(0, 'unknown-codec');
    await send(1, 'wrong-checksum');
    await alterFirstBatch(0, (batch) => {
      batch.writeInt16BE(batch.readInt16BE(ATTRIBUTES_AT) | 7, ATTRIBUTES_AT);
      batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
    });
    const program = await pipeline.start();
    await send(0, 'behind-0');
    await send(1, 'ahead-1');
    // The other partition goes on, also with what is fetched later.
    await eventually(() => getOrder(program, 'ahead-1'), LONG);
    await send(1, 'later-1');
    await eventually(() => getOrder(program, 'later-1'), LONG);
    expect((await fetch(`${program.url}/api/orders/behind-0`)).status).toBe(404);
    expect((await fetch(`${program.url}/health/ready`)).status).toBe(200);
    await eventually(async () => {
      const metrics = await (await fetch(`${program.url}/metrics`)).text();
      expect(metrics).toMatch(
        new RegExp(
          `^waybill_consumer_failing_seconds\\{context="orders",topic="${topic}",partition="0",reason="UndecodableBatchError"\\} \\d`,
          'm',
        ),
      );
      expect(metrics).toMatch(
        new RegExp(
          `^waybill_consumer_failing_seconds\\{context="orders",topic="${topic}",partition="1",reason=""\\} 0$`,
          'm',
        ),
      );
      expect(program.output()).toContain('the compression codec 7 is not known');
    });

    // A note on what can be decoded has no effect.
    for (const place of [
      [topic, '1', '2'],
      [topic, '0', '0'],
    ]) {
      const skipped = await runWaybill({ command: ['skip-batch', ...place], env: pipeline.settings });
      expect(skipped).toMatchObject({ code: 0 });
    }
    await eventually(() => getOrder(program, 'behind-0'), LONG);
    await eventually(async () => {
      const [of] = await pipeline.admin.fetchOffsets({ groupId: pipeline.group, topics: [topic] });
      expect(of!.partitions.find(({ partition }) => partition === 0)!.offset).toBe('2');
    });
    expect((await pipeline.db.query('SELECT FROM batch_skips WHERE partition = 0')).rows).toEqual([]);
    expect((await fetch(`${program.url}/api/orders/unknown-codec`)).status).toBe(404);
    await program.stop();

    // From the start on: the group has to read that batch again.
    await alterFirstBatch(1, (batch) => (batch[batch.length - 1]! ^= 1));
    await pipeline.admin.setOffsets({
      groupId: pipeline.group,
      topic,
      partitions: [{ partition: 1, offset: '0' }],
    });
    const second = await pipeline.start();
    await eventually(() => expect(second.output()).toContain('its checksum is not that of its bytes'), LONG);
    await send(0, 'last-0');
    await eventually(() => getOrder(second, 'last-0'), LONG);
  }, 180_000);
});
