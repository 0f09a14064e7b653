import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { CompressionTypes, Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  createPipeline,
  getOrder,
  isKcatInstalled,
  messageOf,
  orderWith,
  type Pipeline,
} from '../kafka/order-pipeline.harness.js';
import { eventually } from '../support/eventually.js';
import type { JsonObject } from '../support/sample-order.js';
import { useTier } from '../support/tiers.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { publicCase } from './public-case.js';

const kafka = useTier('kafka');
const LONG = { timeoutMs: 60_000 };
const PARTITIONS = 3;
const MOST_RSS_BYTES = 700_000_000;

/** Each case has its own id in the orders that it sends. */
function orderOf(uid: string, fields: JsonObject = {}): JsonObject {
  const order = orderWith(uid, fields);
  return { ...order, payment: { ...(order['payment'] as JsonObject), transaction: uid } };
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1_024;
}

async function isLive(program: WaybillProcess): Promise<boolean> {
  return (await fetch(`${program.url}/health/live`)).ok && (await fetch(`${program.url}/health/ready`)).ok;
}

/** Events that the group has yet to do, in each partition. */
async function lagOf(pipeline: Pipeline, topic: string): Promise<Map<number, number>> {
  const [of] = await pipeline.admin.fetchOffsets({ groupId: pipeline.group, topics: [topic] });
  const committed = new Map(of!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  const ends = await pipeline.admin.fetchTopicOffsets(topic);
  return new Map(
    ends.map(({ partition, high }) => [partition, Number(high) - Math.max(0, committed.get(partition) ?? 0)]),
  );
}

async function untilNoLag(pipeline: Pipeline): Promise<void> {
  await eventually(async () => {
    const lag = await lagOf(pipeline, pipeline.topic);
    expect(
      [...lag.values()].every((events) => events === 0),
      JSON.stringify([...lag]),
    ).toBe(true);
  }, LONG);
}

function stored(program: WaybillProcess, ...uids: string[]): Promise<void> {
  return eventually(async () => {
    for (const uid of uids) expect((await getOrder(program, uid))['order_uid']).toBe(uid);
  }, LONG);
}

function kcatSend(args: readonly string[], lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const kcat = spawn('kcat', ['-P', '-b', kafka.brokers, ...args], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    kcat.on('error', reject);
    kcat.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`kcat ended with ${code}`))));
    kcat.stdin.end(lines.map((line) => `${line}\n`).join(''));
  });
}

describe.skipIf(kafka.skipped)('what producers and operators of Kafka do', () => {
  const client = new Kafka({ brokers: kafka.brokers.split(','), logLevel: logLevel.NOTHING });
  const partitionOf = (partition: number, order: JsonObject): Message => ({ ...messageOf(order), partition });
  let pipeline: Pipeline;
  let program: WaybillProcess;

  beforeAll(async () => {
    pipeline = await createPipeline(kafka.brokers, { partitions: PARTITIONS });
    program = await pipeline.start();
  });
  afterAll(() => pipeline.close());

  publicCase(
    'P22',
    async () => {
      if (!(await isKcatInstalled())) throw new Error('this case needs kcat');
      for (const codec of ['snappy', 'lz4', 'zstd']) {
        const order = orderOf(`P22-${codec}`);
        const args = ['-t', pipeline.topic, '-z', codec, '-k', 'codec', '-p', '1'];
        await kcatSend(args, [JSON.stringify(order), JSON.stringify(orderOf(`P22-${codec}-2`))]);
      }
      await pipeline.send([partitionOf(1, orderOf('P22-plain-1')), partitionOf(2, orderOf('P22-plain-2'))]);
      const codecs = ['snappy', 'lz4', 'zstd'].flatMap((codec) => [`P22-${codec}`, `P22-${codec}-2`]);
      await stored(program, ...codecs, 'P22-plain-1', 'P22-plain-2');
      expect((await fetch(`${program.url}/health/live`)).status).toBe(200);
    },
    120_000,
  );

  publicCase(
    'P29',
    async () => {
      const transactional = client.producer({
        transactionalId: `P29-${pipeline.group}`,
        maxInFlightRequests: 1,
        idempotent: true,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await transactional.connect();
      try {
        const transaction = async (partition: number, ...uids: string[]) => {
          const begun = await transactional.transaction();
          const messages = uids.map((uid) => partitionOf(partition, orderOf(uid)));
          await begun.send({ topic: pipeline.topic, messages });
          return begun;
        };
        await (await transaction(0, 'P29-committed')).commit();
        await (await transaction(0, 'P29-aborted')).abort();
        for (let n = 0; n < 5; n++) await (await transaction(1, `P29-last-${n}`)).abort();
        const open = await transaction(2, 'P29-open');
        await pipeline.send([partitionOf(2, orderOf('P29-behind'))]);
        await stored(program, 'P29-committed');
        await new Promise((wake) => setTimeout(wake, 6_000));
        // Read committed: what stands behind an open transaction waits for it.
        expect((await fetch(`${program.url}/api/orders/P29-behind`)).status).toBe(404);
        await open.commit();
        await stored(program, 'P29-open', 'P29-behind');
      } finally {
        await transactional.disconnect();
      }
      await untilNoLag(pipeline);
      for (const uid of ['P29-aborted', 'P29-last-0', 'P29-last-4']) {
        expect((await fetch(`${program.url}/api/orders/${uid}`)).status, uid).toBe(404);
      }
    },
    120_000,
  );

  publicCase(
    'P37',
    async () => {
      const other = `P37-${pipeline.group}`;
      await pipeline.admin.createTopics({ topics: [{ topic: other }], waitForLeaders: true });
      const stranger: ChildProcess = spawn('kcat', ['-b', kafka.brokers, '-G', pipeline.group, other], {
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => stranger.on('close', resolve));
      try {
        for (let n = 0; n < 3; n++) {
          await pipeline.send(
            [0, 1, 2].map((partition) => partitionOf(partition, orderOf(`P37-${n}-${partition}`))),
          );
          await stored(program, ...[0, 1, 2].map((partition) => `P37-${n}-${partition}`));
        }
        expect(await isLive(program)).toBe(true);
      } finally {
        stranger.kill('SIGKILL');
        await ended;
      }
    },
    120_000,
  );

  publicCase(
    'P38',
    async () => {
      const address = 'x'.repeat(700_000);
      const uids = Array.from({ length: 200 }, (_, n) => `P38-${n}`);
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const messages = uids.map((uid) => {
        const order = orderOf(uid);
        return partitionOf(0, { ...order, delivery: { ...(order['delivery'] as JsonObject), address } });
      });
      await producer.send({ topic: pipeline.topic, compression: CompressionTypes.GZIP, messages });
      await producer.disconnect();
      await eventually(
        async () => {
          const { rows } = await pipeline.db.query<{ count: number }>(
            `SELECT count(*)::int FROM orders WHERE order_uid LIKE 'P38-%'`,
          );
          expect(rows[0]!.count).toBe(uids.length);
        },
        { timeoutMs: 120_000 },
      );
      const last = await getOrder(program, 'P38-199');
      expect((last['delivery'] as JsonObject)['address']).toBe(address);
      expect(await isLive(program)).toBe(true);
      expect(await residentBytes(program.pid)).toBeLessThan(MOST_RSS_BYTES);
    },
    180_000,
  );

  publicCase(
    'P39',
    async () => {
      const events = await fetch(`${program.url}/api/events`);
      const reader = events.body!.getReader();
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const foreign: Message[] = [
        { key: 'f1', value: 'not JSON', headers: { ce_id: 'foreign:1' } },
        { key: 'f2', value: null },
        { key: 'f3', value: 'two\r\n\r\ndata: lines\n\nevent: x', headers: { ce_id: 'f3:9999999999' } },
      ];
      await pipeline.send([messageOf(orderOf('f3'))]);
      await stored(program, 'f3');
      await producer.send({ topic: pipeline.statusTopic, messages: foreign });
      await producer.disconnect();
      await pipeline.send([messageOf(orderOf('P39-after'))]);
      let text = '';
      while (!text.includes('P39-after')) text += Buffer.from((await reader.read()).value).toString();
      await reader.cancel();
      for (const line of text.split('\n')) expect(line).toMatch(/^$|^:|^(id|event|data|retry):/);
      expect(await getOrder(program, 'f3')).toEqual(orderOf('f3'));
      expect(await getOrder(program, 'P39-after')).toEqual(orderOf('P39-after'));
      const { parts } = (await (await fetch(`${program.url}/health`)).json()) as {
        parts: Record<string, { up: boolean }>;
      };
      expect(parts['news']).toEqual({ up: true });
    },
    60_000,
  );

  publicCase(
    'P32',
    async () => {
      await pipeline.admin.deleteTopics({ topics: [pipeline.statusTopic] });
      const events = await fetch(`${program.url}/api/events`);
      const reader = events.body!.getReader();
      await pipeline.send([messageOf(orderOf('P32-first'))]);
      await stored(program, 'P32-first');
      await eventually(async () => {
        expect((await pipeline.db.query('SELECT id FROM outbox')).rows).toEqual([]);
      }, LONG);
      // News goes on once its consumer has found the new topic; what was sent until then was missed, and is looked up.
      let text = '';
      const reading = (async () => {
        for (;;) {
          const read = await reader.read();
          if (read.done) return;
          text += Buffer.from(read.value as Uint8Array).toString();
        }
      })();
      await eventually(
        async () => {
          const uid = `P32-${Date.now()}`;
          await pipeline.send([messageOf(orderOf(uid))]);
          await stored(program, uid);
          await eventually(() => expect(text).toContain(uid), { timeoutMs: 2_000 });
        },
        { timeoutMs: 90_000 },
      );
      await reader.cancel();
      await reading;
    },
    240_000,
  );

  publicCase(
    'P30',
    async () => {
      await pipeline.admin.createPartitions({
        topicPartitions: [{ topic: pipeline.topic, count: PARTITIONS + 2 }],
      });
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({
        topic: pipeline.topic,
        messages: [
          partitionOf(PARTITIONS, orderOf('P30-new')),
          partitionOf(PARTITIONS + 1, orderOf('P30-newer')),
        ],
      });
      await producer.disconnect();
      await eventually(() => getOrder(program, 'P30-new'), { timeoutMs: 90_000 });
      await stored(program, 'P30-newer');
    },
    180_000,
  );
});

describe.skipIf(kafka.skipped)('a topic that is not as the program makes it', () => {
  let pipeline: Pipeline;
  beforeAll(async () => {
    pipeline = await createPipeline(kafka.brokers);
  });
  afterAll(() => pipeline.close());

  publicCase(
    'P27',
    async () => {
      await pipeline.admin.createTopics({
        topics: [
          {
            topic: pipeline.topic,
            numPartitions: 1,
            configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
          },
        ],
        waitForLeaders: true,
      });
      const program = await pipeline.start();
      const [a, b] = [{ customer_id: 'A' }, { customer_id: 'B' }];
      await pipeline.send([a, b, a].map((fields) => messageOf(orderOf('P27-one', fields))));
      for (const fields of [a, b, a]) await pipeline.send([messageOf(orderOf('P27-several', fields))]);
      for (const uid of ['P27-one', 'P27-several']) {
        await eventually(async () => {
          const { rows } = await pipeline.db.query<{ version: number }>(
            'SELECT version::int FROM orders WHERE order_uid = $1',
            [uid],
          );
          expect(rows).toEqual([{ version: 3 }]);
          expect(await getOrder(program, uid)).toEqual(orderOf(uid, a));
        }, LONG);
      }
      await program.stop();
    },
    120_000,
  );

  publicCase(
    'P34',
    async () => {
      const { topic, group, admin } = pipeline;
      await eventually(
        async () => expect((await admin.describeGroups([group])).groups[0]!.state).toBe('Empty'),
        LONG,
      );
      await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '5' }] });
      await pipeline.send(Array.from({ length: 4 }, (_, n) => messageOf(orderOf(`P34-${n}`))));
      expect((await admin.fetchTopicOffsets(topic))[0]).toMatchObject({ high: '10' });
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '8' }] });
      const first = await pipeline.start();
      await stored(first, 'P34-2', 'P34-3');
      await pipeline.send([messageOf(orderOf('P34-next'))]);
      await stored(first, 'P34-next');
      await first.stop();

      await eventually(
        async () => expect((await admin.describeGroups([group])).groups[0]!.state).toBe('Empty'),
        LONG,
      );
      await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '1000' }] });
      const second = await pipeline.start();
      await pipeline.send([messageOf(orderOf('P34-after'))]);
      await stored(second, 'P34-after');
      await untilNoLag(pipeline);
    },
    180_000,
  );
});
